"""Train one character network and write its weights and model card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from atlas.chapters.recurrent.source import read_library
from atlas.train import checkpoint
from atlas.train import recurrent_loop as loop
from atlas.train.recurrent_loop import CHARACTER_RECIPES


def train_characters(
    network: str, *, out: Path, epochs: int | None, seed: int, resume: bool, progress: Callable[[str], None]
) -> Path:
    """Train a character network on the running interpreter's library; returns the weight file in `out/network`."""
    recipe = CHARACTER_RECIPES[network]
    run = loop.start(recipe, epochs=epochs or recipe.epochs, seed=seed, folder=out / network)
    if resume and checkpoint.resume(run):
        progress(f"{network}: continued at step {run.step}")
    files = read_library()
    loop.run_to_end(run, files, report=progress)
    from atlas.train.recurrent_ship import ship

    path = ship(run, files)
    progress(f"{network}: shipped {path}")
    return path
