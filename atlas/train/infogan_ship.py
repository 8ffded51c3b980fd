"""The InfoGAN's training from beginning to end, and what is shipped of it: half-precision weights and their model card."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.chapters.generative.readout import PREFIX
from atlas.probes.sprites import FACTORS
from atlas.train import adversarial as sharpen
from atlas.train import checkpoint, infogan
from atlas.train.adversarial import SharpenRecipe, SharpenRun
from atlas.train.infogan import NAME, InfoGANRecipe, InfoGANRun, Run, run_to_end
from atlas.train.ship import hardware, weights_of, write_json, write_weights

if TYPE_CHECKING:
    from torch import Tensor, nn

NOTES = (
    "The generator is the running mean of the trained one's weights. Sprites are drawn in code from known factors; no image was taken from anywhere.",
    "In the second part of the training a critic of its own, whose weights do not ship, teaches the generator edges; the generator's batch norms keep the statistics of the first.",
    "Three seeds differ in nothing else: their spread is part of the result.",
)


def train_infogan(*, out: Path, seed: int, steps: int | None, resume: bool, progress: Callable[[str], None]) -> Path:
    """Train the InfoGAN of one seed, in two parts of `steps` steps (default: their recipes').

    Returns the weight file in `out/infogan-sprites-SEED/sharpened`; the first part's lies in the folder above.
    """
    folder, recipe, sharp = out / f"{NAME}-{seed}", InfoGANRecipe(), SharpenRecipe()
    first = infogan.start(replace(recipe, steps=steps or recipe.steps), seed=seed, folder=folder)
    _run(first, infogan.train_step, resume=resume, progress=progress)
    begun = ship(first)
    second = sharpen.start(
        replace(sharp, steps=steps or sharp.steps), seed=seed, folder=folder / "sharpened", begun=begun
    )
    _run(second, sharpen.sharpen_step, resume=resume, progress=progress)
    path = ship_sharpened(second, begun)
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
    write_json(path.with_suffix(".json"), {
        "network": f"{NAME}-{run.seed}",
        "weights": weights_of(path),
        "parameters": sum(p.numel() for module in _parts(run).values() for p in module.parameters()),
        "recipe": {**run.identity(), "optimizer": "Adam"},
        "curve": run.history,
        "data": {"name": "procedural sprites", "images": run.recipe.images, "factors": [factor.name for factor in FACTORS],
                 "terms": "Drawn by this package from uniform factors; free of the rights of others."},
        "licence": "Apache-2.0",
        "hardware": hardware(),
        "seconds": {"clock": round(run.seconds)},
        "notes": [NOTES[0], NOTES[-1]],
    })  # fmt: skip
    return path


def ship_sharpened(run: SharpenRun, begun: Path) -> Path:
    """Write the weights of the second part, and the first's card (beside `begun`) carried on; returns the weights."""
    card: dict[str, Any] = json.loads(begun.with_suffix(".json").read_text("utf-8"))
    path, before = _write(run), card["recipe"]["steps"]
    write_json(path.with_suffix(".json"), {
        **card,
        "weights": weights_of(path),
        "curve": card["curve"] + [{**row, "step": before + row["step"]} for row in run.history],
        "critic": {**run.identity(), "optimizer": "Adam"},
        "critic_hardware": hardware(),
        "seconds": {**card["seconds"], "critic_clock": round(run.seconds)},
        "notes": list(NOTES),
    })  # fmt: skip
    return path


def _parts(run: InfoGANRun) -> dict[str, nn.Module]:
    """What is shipped, by the prefix of its keys."""
    return {"": run.module["average"], PREFIX: run.module["discriminator"]}


def _write(run: InfoGANRun) -> Path:
    parts = _parts(run).items()
    state = {f"{prefix}{key}": value for prefix, module in parts for key, value in module.state_dict().items()}
    run.folder.mkdir(parents=True, exist_ok=True)
    return write_weights(state, run.folder / f"{NAME}-{run.seed}.safetensors")
