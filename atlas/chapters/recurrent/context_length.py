"""Effective context length: the loss with a shortened context, against n-grams, and at closing brackets and quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

LENGTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
DISTANCES = (1, 2, 4, 8, 16, 32, 64, 128, 1 << 30)
RESAMPLES = 1000
TOGETHER = 128  # windows read side by side


def windows_before(symbols: Array, places: Array, length: int) -> Array:
    """[P, length + 1] the `length` symbols before each place, then the one there;
    every place must have so many before it.
    """
    return np.asarray(symbols[places[:, None] + np.arange(-length, 1)])


def truncated_losses(module: Recurrent, windows: Array, lengths: Sequence[int] = LENGTHS) -> Array:
    """[len(lengths), P] nats: the cost of the last symbol of each window [P, L + 1]
    when only so many before it were read.
    """
    import torch
    from torch.nn import functional as F

    found = np.empty((len(lengths), len(windows)))
    with torch.inference_mode():
        for first in range(0, len(windows), TOGETHER):
            rows = slice(first, first + TOGETHER)
            part = torch.from_numpy(windows[rows])
            for row, length in enumerate(lengths):
                states, _ = module.cell(module.embed(part[:, -length - 1 : -1]))
                lost = F.cross_entropy(module.head(states[:, -1]), part[:, -1], reduction="none")
                found[row, rows] = lost.numpy()
    return found


@dataclass(frozen=True)
class Gain:
    """Mean gain (nats) with a 95 % bootstrap interval over n places whose distance is in [least, most)."""

    least: int
    most: int
    n: int
    mean: float
    low: float
    high: float


def gains(gain: Array, distance: Array, *, seed: int, edges: Sequence[int] = DISTANCES, least_n: int = 5) -> list[Gain]:
    """`gain` [N] by `distance` [N]; a bin with fewer than `least_n` places is left out."""
    rng = np.random.default_rng(seed)
    found = []
    for least, most in pairwise(edges):
        here = gain[(distance >= least) & (distance < most)]
        if len(here) < least_n:
            continue
        means = here[rng.integers(0, len(here), (RESAMPLES, len(here)))].mean(1)
        low, high = np.quantile(means, (0.025, 0.975))
        found.append(Gain(least, most, len(here), float(here.mean()), float(low), float(high)))
    return found


KINDS = (  # as stored
    "new line",
    "leading space",
    "space",
    "opening bracket",
    "closing bracket",
    "quote",
    "start of a word",
    "inside a word",
    "digit",
    "other sign",
)
KIND_TITLES = {name: name for name in KINDS} | {"new line": "line break", "other sign": "other punctuation"}


def kinds(text: str) -> Array:
    """[N] index into KINDS of each character."""
    found = np.empty(len(text), np.int64)
    fresh, before = True, "\n"
    for place, character in enumerate(text):
        found[place] = _kind(character, before, fresh=fresh)
        fresh = character == "\n" or (fresh and character in " \t")
        before = character
    return found


def _kind(character: str, before: str, *, fresh: bool) -> int:
    if character == "\n":
        return 0
    if character in " \t":
        return 1 if fresh else 2
    for number, signs in ((3, "([{"), (4, ")]}"), (5, "\"'")):
        if character in signs:
            return number
    if character.isalpha() or character == "_":
        return 7 if before.isalnum() or before == "_" else 6
    return 8 if character.isdigit() else 9
