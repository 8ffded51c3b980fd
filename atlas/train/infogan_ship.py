"""The InfoGAN's training from beginning to end, and its shipped files: half-precision weights and their model card."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.chapters.generative.readout import PREFIX
from atlas.probes.sprites import FACTORS
from atlas.train import adversarial, checkpoint, infogan
from atlas.train.adversarial import AdversarialRecipe, AdversarialRun
from atlas.train.infogan import NAME, InfoGANRecipe, InfoGANRun, Run, run_to_end
from atlas.train.ship import hardware, weights_of, write_json, write_weights

if TYPE_CHECKING:
    from torch import Tensor, nn

NOTES = (
    "The generator's weights are the running mean over training. Its training images are sprites that this package "
    "draws from known factors; no image was taken from elsewhere.",
    "In the second part of the training (adversarial fine-tuning) a separate critic, whose weights are not part of the "
    "package, sharpens the generator's edges; the generator's batch norms keep the statistics of the first part.",
    "The three runs differ in the seed only: their spread is part of the result.",
)


def train_infogan(*, out: Path, seed: int, steps: int | None, resume: bool, progress: Callable[[str], None]) -> Path:
    """Train the InfoGAN of one seed, in two parts of `steps` steps (default: their recipes').

    Returns the weight file in `out/infogan-sprites-SEED/sharpened`; the first part's lies in the folder above.
    """
    folder, recipe, tuning = out / f"{NAME}-{seed}", InfoGANRecipe(), AdversarialRecipe()
    first = infogan.start(replace(recipe, steps=steps or recipe.steps), seed=seed, folder=folder)
    _run(first, infogan.train_step, resume=resume, progress=progress)
    begun = ship(first)
    tuning = replace(tuning, steps=steps or tuning.steps)
    second = adversarial.start(tuning, seed=seed, folder=folder / "sharpened", begun=begun)
    _run(second, adversarial.adversarial_step, resume=resume, progress=progress)
    path = ship_tuned(second, begun)
    progress(f"{NAME}, seed {seed}: shipped {path}")
    return path


def _run(
    run: Run, train_step: Callable[[Run, Tensor], dict[str, float]], *, resume: bool, progress: Callable[[str], None]
) -> None:
    if resume and checkpoint.resume(run):
        progress(f"{NAME}, seed {run.seed}: continued at step {run.step}")
    run_to_end(run, train_step, report=progress)


def ship(run: InfoGANRun) -> Path:
    """Write weights (generator and discriminator in one file) and card into the run's folder; returns the weights."""
    path = _write(run)
    card = {
        "network": f"{NAME}-{run.seed}",
        "weights": weights_of(path),
        "parameters": sum(p.numel() for module in _parts(run).values() for p in module.parameters()),
        "recipe": {**run.identity(), "optimizer": "Adam"},
        "curve": run.history,
        "data": {
            "name": "procedural sprites",
            "images": run.recipe.images,
            "factors": [factor.name for factor in FACTORS],
            "terms": "Drawn by this package from uniform factors; free of the rights of others.",
        },
        "licence": "Apache-2.0",
        "hardware": hardware(),
        "seconds": {"clock": round(run.seconds)},
        "notes": [NOTES[0], NOTES[-1]],
    }
    write_json(path.with_suffix(".json"), card)
    return path


def ship_tuned(run: AdversarialRun, begun: Path) -> Path:
    """Write the weights of the second part, and the first's card (beside `begun`) continued; returns the weights."""
    card: dict[str, Any] = json.loads(begun.with_suffix(".json").read_text("utf-8"))
    path, before = _write(run), card["recipe"]["steps"]
    continued = {
        **card,
        "weights": weights_of(path),
        "curve": card["curve"] + [{**row, "step": before + row["step"]} for row in run.history],
        "critic": {**run.identity(), "optimizer": "Adam"},
        "critic_hardware": hardware(),
        "seconds": {**card["seconds"], "critic_clock": round(run.seconds)},
        "notes": list(NOTES),
    }
    write_json(path.with_suffix(".json"), continued)
    return path


def _parts(run: InfoGANRun) -> dict[str, nn.Module]:
    """The shipped modules by the prefix of their keys."""
    return {"": run.module["average"], PREFIX: run.module["discriminator"]}


def _write(run: InfoGANRun) -> Path:
    parts = _parts(run).items()
    state = {f"{prefix}{key}": value for prefix, module in parts for key, value in module.state_dict().items()}
    run.folder.mkdir(parents=True, exist_ok=True)
    return write_weights(state, run.folder / f"{NAME}-{run.seed}.safetensors")
