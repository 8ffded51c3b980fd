"""Hidden-state search (LSTMVis, Strobelt et al. 2018): the cells that are active
through a stretch, and where else they are.

A cell is active where its value (tanh c of an LSTM, else h) is at least THRESHOLD; here a cell counts once more, as
active below zero, where it is at most minus that. Of the cells active through the whole stretch, those that were not
active just before it are selected: they mark what began there. Other stretches of the same length are ranked by how
many of the selected cells are active through them (intersection), then by how few others are (union).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atlas.core.specs import Array

THRESHOLD = 0.3
SHOWN = 25
FEW = 3  # selected cells, below which all that are active through the stretch are taken


def active(states: Array) -> Array:
    """[T, 2H] which cells are active above zero, then which below it, of states [T, H]."""
    return np.concatenate([states >= THRESHOLD, states <= -THRESHOLD], 1)


def active_through(on: Array, length: int) -> Array:
    """[T - length + 1, H] whether each cell of `on` [T, H] is active through the stretch that begins at t."""
    count = max(0, len(on) - length + 1)
    through = on[:count].copy()
    for later in range(1, length):
        through &= on[later : later + count]
    return through


def selected(on: Array, first: int, length: int) -> Array:
    """The cells that are active through [first, first + length) and not at first -
    1; with fewer than FEW, all of the former.
    """
    through = on[first : first + length].all(0)
    fresh = through & ~on[first - 1] if first else through
    return np.flatnonzero(fresh if fresh.sum() >= FEW else through)


@dataclass(frozen=True)
class Match:
    """A stretch that begins at `first` in text number `text`; counts of cells."""

    text: int
    first: int
    intersection: int
    union: int


def matches(through: Sequence[Array], cells: Array, length: int, *, count: int = SHOWN) -> list[Match]:
    """The best `count` stretches of `length` among the texts' stretches (`through` of each, from `active_through`),
    none overlapping another.
    """
    rows: list[tuple[int, int, int, int]] = []
    for number, own in enumerate(through):
        common = own[:, cells].sum(1)
        union = len(cells) + own.sum(1) - common
        order = np.lexsort((np.arange(len(common)), union, -common))[: count * 2 * length]  # enough without overlaps
        rows += [(-int(common[t]), int(union[t]), number, int(t)) for t in order]
    found: list[Match] = []
    for negative, union_, text, first in sorted(rows):
        if len(found) == count:
            break
        if all(one.text != text or abs(one.first - first) >= length for one in found):
            found.append(Match(text, first, -negative, union_))
    return found


def first_run(label: Array, *, least: int, most: int) -> tuple[int, int] | None:
    """(first, length) of the first run of ones of at least `least`, cut at `most`,
    not at the start; None without one.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], label > 0, [0]])))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        if end - first >= least and first > 0:
            return int(first), int(min(end - first, most))
    return None


def covered(label: Array, length: int) -> Array:
    """[T - length + 1] whether the label [T] holds through the stretch that begins at t."""
    return active_through((label > 0)[:, None], length)[:, 0]
