"""Train one network and write its weights and model card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from atlas.core.errors import ConfigError, UnknownName
from atlas.networks.recurrent import SENTIMENT
from atlas.runtime.memory import keep_memory
from atlas.runtime.precision import check_device
from atlas.train import checkpoint, infogan, loop, reader, teacher
from atlas.train.data import data_folder, load_photographs
from atlas.train.infogan_ship import train_infogan
from atlas.train.recipes import RECIPES, Recipe
from atlas.train.recurrent import train_characters
from atlas.train.recurrent_loop import CHARACTER_RECIPES
from atlas.train.sentiment_ship import train_sentiment
from atlas.train.ship import ship


def train(
    network: str,
    *,
    out: Path,
    data: Path | None = None,
    epochs: int | None = None,
    seed: int = 0,
    device: str = "cpu",
    resume: bool = True,
    progress: Callable[[str], None] = print,
) -> Path:
    """Train `network` by its recipe, continuing from the checkpoint in `out/network`; returns the weight file.

    Character networks are trained on the running interpreter's own library, InfoGANs on sprites drawn in code (their
    `epochs` are steps of each part), readers of z on pictures of their generator. For the others `data` is the folder
    that holds tiny-imagenet-60, for sentiment-lstm the one with the source archive of vaderSentiment (default:
    ATLAS_DATA). The same seed gives the same weights on the same machine with the same number of threads. `device` is
    that of networks which are trained on photographs.

    Raises:
        UnknownName: there is no recipe for `network`.
        ConfigError: there is no such device, or the network is trained on the CPU only; data are missing.
    """
    check_device(device)
    if device != "cpu" and network not in RECIPES:
        raise ConfigError(
            f"{network} is trained on the CPU: leave out --device {device}. A GPU trains {', '.join(RECIPES)}."
        )
    if network == infogan.NAME:
        return train_infogan(out=out, seed=seed, steps=epochs, resume=resume, progress=progress)
    if network in reader.RECIPES:
        return reader.train_reader(network, out=out, seed=seed, epochs=epochs, progress=progress)
    if network in CHARACTER_RECIPES:
        return train_characters(network, out=out, epochs=epochs, seed=seed, resume=resume, progress=progress)
    if network == SENTIMENT.name:
        return train_sentiment(out=out, data=data, epochs=epochs, seed=seed, progress=progress)
    return _train_on_photographs(
        _recipe(network), out=out, data=data, epochs=epochs, seed=seed, device=device, resume=resume, progress=progress
    )


def _train_on_photographs(
    recipe: Recipe,
    *,
    out: Path,
    data: Path | None,
    epochs: int | None,
    seed: int,
    device: str,
    resume: bool,
    progress: Callable[[str], None],
) -> Path:
    """Train a miniature on tiny-imagenet-60."""
    network = recipe.spec.name
    keep_memory()
    photographs = load_photographs(data_folder(data), out / "cache")
    run = loop.start(recipe, epochs=epochs or recipe.epochs, seed=seed, folder=out / network, device=device)
    if resume and checkpoint.resume(run):
        progress(f"{network}: continued at step {run.step}")
    labels = teacher.label(photographs, out / "teacher", device=device, progress=progress)
    loop.run_to_end(run, photographs, soft_labels=labels.targets(), report=progress)
    return ship(run, photographs, labels, progress=progress)


def _recipe(network: str) -> Recipe:
    if network in RECIPES:
        return RECIPES[network]
    raise UnknownName(
        "training recipe", network, (*RECIPES, *CHARACTER_RECIPES, SENTIMENT.name, infogan.NAME, *reader.RECIPES)
    )
