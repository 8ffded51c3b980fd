"""From a finished character run to the shipped files: half-precision weights, evaluated as they are, and their card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.chapters.recurrent.source import SourceFile, digest, encode_file
from atlas.networks.recurrent import build
from atlas.train.recurrent_loop import EVERY, CharacterRun
from atlas.train.ship import hardware, weights_of, write_json, write_weights
from atlas.weights import read

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

SAMPLE = 4000
"""Characters at the start of each held-out file that the tests measure again."""


def ship(run: CharacterRun, files: Sequence[SourceFile]) -> Path:
    """Write `NETWORK.safetensors` and `NETWORK.json` into the run's folder; returns the weights.

    The loss is measured on the written file, in single precision, each held-out file read from its start.
    """
    path = write_weights(run.module.state_dict(), run.folder / f"{run.recipe.spec.name}.safetensors")
    module = build(run.recipe.spec)
    module.load_state_dict({key: value.float() for key, value in read(path).items()})
    write_json(path.with_suffix(".json"), card(run, files, path, module.eval()))
    return path


def held_out_loss(module: Recurrent, files: Sequence[SourceFile], *, first: int | None = None) -> tuple[float, int]:
    """Mean loss in nats per character and number of characters, over held-out `files` or the `first` ones of each."""
    import torch
    from torch.nn import functional as F

    total, count = 0.0, 0
    with torch.inference_mode():
        for file in files:
            if file.held_out:
                symbols = torch.from_numpy(encode_file(file)[: first + 1 if first else None])[None]
                outputs, _ = module(symbols[:, :-1])
                total += float(F.cross_entropy(outputs[0], symbols[0, 1:], reduction="sum"))
                count += symbols.shape[1] - 1
    return total / count, count


def card(run: CharacterRun, files: Sequence[SourceFile], path: Path, module: Recurrent) -> dict[str, Any]:
    """The model card of a trained character network; losses in nats per character, times in seconds."""
    loss, count = held_out_loss(module, files)
    sample, sampled = held_out_loss(module, files, first=SAMPLE)
    held_out = [file for file in files if file.held_out]
    return {
        "network": run.recipe.spec.name,
        "weights": weights_of(path),
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        "held_out": {"loss": round(loss, 4), "characters": count, "files": [file.path for file in held_out]},
        "sample": {"first": SAMPLE, "loss": round(sample, 4), "characters": sampled},
        "recipe": {**run.identity(), "optimizer": "Adam", "schedule": "linear warm-up, linear decay"},
        "curve": {"every": EVERY, "loss": [row["loss"] for row in run.history]},
        "data": library_facts(files),
        "licence": run.recipe.spec.weights.licence,
        "hardware": hardware(),
        "seconds": {"clock": round(run.seconds), "processor": round(run.core_seconds)},
        "notes": ["One seed only: small differences between networks say nothing."],
    }


def library_facts(files: Sequence[SourceFile]) -> dict[str, Any]:
    """The training text: name, version, digest and size."""
    import platform

    return {
        "name": "Python standard library",
        "version": platform.python_version(),
        "digest": digest(files),
        "files": len(files),
        "characters": int(np.sum([len(file.text) for file in files])),
        "terms": "Source code of Python, under the PSF licence; the weights hold no text.",
    }
