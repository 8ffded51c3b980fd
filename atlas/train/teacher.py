"""The teacher: EfficientNet-Lite0 tuned to the small photographs says what each window of them shows (Hinton et al. 2015).

A patient teacher that sees just what the learner sees lets small networks learn long without learning by heart
(Beyer et al. 2022). The windows are few (`augment.VIEWS` of each image), so it is asked once for all networks.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from atlas import weights
from atlas.errors import ConfigError
from atlas.folder import alone
from atlas.networks import NETWORKS
from atlas.precision import native_autocast, native_precision
from atlas.train import checkpoint, loop
from atlas.train.augment import AREA, VIEWS, draw_windows, show
from atlas.train.data import Photographs
from atlas.train.recipes import Recipe
from atlas.types import Array

if TYPE_CHECKING:
    from torch import Tensor, nn

NAME = "efficientnet-lite0"
SIZE = 160  # pixels that a 64-pixel image is enlarged to: of 128, 160 and 224 the size at which EfficientNet-Lite0 errs least
BATCH = 500


@dataclass(frozen=True)
class Teacher:
    """What the teacher says of every window of the training images, `shares` [V, N, classes] float16, and how good it is.

    `top1` is its accuracy on the validation images after `epochs` of tuning, in [0, 1].
    """

    shares: Array
    top1: float
    epochs: int


def recipe(wordnet: tuple[str, ...]) -> Recipe:
    """How the teacher is tuned: briefly and gently, from its knowledge of all of ImageNet."""
    return Recipe(
        NETWORKS[NAME], partial(_build, wordnet), epochs=8, optimizer="adamw", rate=4e-4, weight_decay=0.02, warmup=0.1,
        teacher_share=0.0,
    )  # fmt: skip


def ask(
    photographs: Photographs, folder: Path, *, device: str = "cpu", progress: Callable[[str], None] = print
) -> Teacher:
    """Tune the teacher on the training images and let it judge their windows; kept in `folder`, where one run at a time works.

    A killed run goes on from its last checkpoint. What another recipe, precision or device would say is another file.
    """
    chosen = recipe(photographs.wordnet)
    kept = folder / f"taught-{_digest(photographs, chosen, device)}.npz"
    with alone(folder, lambda: progress(f"{NAME}, the teacher: waiting for another run that tunes it in {folder}")):
        if not kept.is_file():
            _tune_and_ask(photographs, chosen, kept, device, progress)
    with np.load(kept) as file:
        return Teacher(file["shares"], float(file["top1"]), int(file["epochs"]))


def _digest(photographs: Photographs, chosen: Recipe, device: str) -> str:
    """Of all that decides what the teacher says."""
    weights_digest, precision = NETWORKS[NAME].weights.sha256, native_precision(device)
    told = (photographs.digest, weights_digest, chosen.settings(), SIZE, VIEWS, AREA, precision, device)
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


def _tune_and_ask(
    photographs: Photographs, chosen: Recipe, kept: Path, device: str, progress: Callable[[str], None]
) -> None:
    run = loop.start(chosen, epochs=chosen.epochs, seed=0, folder=kept.with_suffix(""), device=device)
    checkpoint.resume(run)
    loop.run_to_end(run, photographs, report=progress)
    images, windows = photographs.train.images, draw_windows(len(photographs.train))
    shares = np.empty((VIEWS, len(images), len(photographs.wordnet)), np.float16)
    for view in range(VIEWS):
        for first in range(0, len(images), BATCH):
            rows = slice(first, first + BATCH)
            shares[view, rows] = _shares(run.module, images[rows], windows[view, rows], device)
        progress(f"{NAME}, the teacher: has judged {view + 1} of {VIEWS} windows of each image")
    partial_file = kept.with_name(f"{kept.stem}.{os.getpid()}.part.npz")
    np.savez(partial_file, shares=shares, top1=run.history[-1]["top1"], epochs=run.epochs)
    partial_file.replace(kept)


def _build(wordnet: tuple[str, ...]) -> nn.Module:
    """The published network behind an enlargement, its last layer cut down to these classes."""
    import torch
    from torch import nn

    class Enlarge(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            large = nn.functional.interpolate(x, size=(SIZE, SIZE), mode="bicubic", antialias=True)
            return large.contiguous(memory_format=torch.channels_last)

    module = weights.load(NETWORKS[NAME]).module
    columns = _columns(wordnet)
    kept = {key: value[columns] for key, value in module.get_submodule("classifier").state_dict().items()}
    last = nn.Linear(kept["weight"].shape[1], len(columns))
    last.load_state_dict(kept)
    module.set_submodule("classifier", last)
    return nn.Sequential(Enlarge(), module.requires_grad_(True))


def _columns(wordnet: tuple[str, ...]) -> list[int]:
    """Where the data's classes stand among ImageNet's 1,000, by their WordNet ids."""
    from timm.data import ImageNetInfo

    places = {synset: index for index, synset in enumerate(ImageNetInfo().label_names())}
    missing = [name for name in wordnet if name not in places]
    if missing:
        raise ConfigError(f"The class {missing[0]} is none of ImageNet's 1,000; an ImageNet network cannot teach it.")
    return [places[name] for name in wordnet]


def _shares(module: nn.Module, images: Array, windows: Tensor, device: str) -> Array:
    """[N, classes] float32, rows summing to 1."""
    import torch

    module.eval()
    pixels = torch.from_numpy(np.array(images)).to(device)
    upright = torch.zeros(len(pixels), dtype=torch.bool, device=device)
    with torch.inference_mode():
        views = show(pixels, windows.to(device), upright)
        with native_autocast(device):
            scores = module(views)
    shares: Array = scores.float().softmax(1).cpu().numpy()
    return shares
