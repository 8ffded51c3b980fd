"""How far back a network looks: against itself with less context, against n-grams, and at what must be closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from atlas.types import Array

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

LENGTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
DISTANCES = (1, 2, 4, 8, 16, 32, 64, 128, 1 << 30)
RESAMPLES = 1000


def truncated_losses(module: Recurrent, symbols: Array, places: Array, lengths: Sequence[int] = LENGTHS) -> Array:
    """[len(lengths), P] nats: the cost of symbols[place] when only so many symbols before it were read.

    Every place must have at least the longest length before it.
    """
    import torch
    from torch.nn import functional as F

    target = torch.from_numpy(symbols[places])
    found = []
    with torch.inference_mode():
        for length in lengths:
            windows = torch.from_numpy(symbols[places[:, None] + np.arange(-length, 0)])
            states, _ = module.cell(module.embed(windows))
            found.append(F.cross_entropy(module.head(states[:, -1]), target, reduction="none").numpy())
    return np.stack(found)


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


KINDS = (
    "new line", "leading space", "space", "opening bracket", "closing bracket", "quote", "start of a word",
    "inside a word", "digit", "other sign",
)  # fmt: skip


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
