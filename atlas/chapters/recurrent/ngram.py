"""n-gram models of characters as baselines: Witten-Bell interpolation, every order counted exactly.

P_n(x | context) = (count(context x) + kinds(context) P_(n-1)(x)) / (count(context) + kinds(context)), where kinds is
the number of different characters seen after the context; P_0 is uniform (Witten and Bell 1991).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from atlas.core.specs import Array

BITS = 7  # of a symbol: up to 128 of them, nine in 63 bits


def ngram_losses(training: Sequence[Array], text: Array, *, order: int, symbols: int) -> Array:
    """[order, N - 1] nats: the cost of text[1:] under models of order 1, 2, … (order n sees n - 1 characters).

    Contexts reach back at most to the start of the text; n-grams are not counted across the borders of `training`.
    """
    if symbols > 1 << BITS or order * BITS > 63:
        raise ValueError(f"{order} symbols of {symbols} kinds do not fit into 63 bits")
    chance = np.full(len(text) - 1, 1 / symbols)
    found = np.empty((order, len(text) - 1))
    for n in range(1, order + 1):
        count, total, kinds = _counts(training, _grams(text, n), n)
        later = slice(len(chance) - len(count), None)  # the first ones have no context of n - 1 symbols
        own = (count + kinds * chance[later]) / np.maximum(total + kinds, 1)
        chance[later] = np.where(total > 0, own, chance[later])
        found[n - 1] = -np.log(chance)
    return found


def _grams(text: Array, n: int) -> Array:
    """[N - max(n - 1, 1)] uint64: the n symbols up to each one but the first, packed."""
    packed = np.zeros(len(text) - n + 1, np.uint64)
    for offset in range(n):
        packed = (packed << np.uint64(BITS)) | text[offset : len(text) - n + 1 + offset].astype(np.uint64)
    return packed[1:] if n == 1 else packed


def _counts(training: Sequence[Array], wanted: Array, n: int) -> tuple[Array, Array, Array]:
    """For each wanted n-gram: how often it, how often its context, and how many kinds after it were counted."""
    contexts = np.unique(wanted >> np.uint64(BITS))
    kept = []
    for part in training:
        if len(part) >= max(n, 2):
            grams = _grams(part, n)
            kept.append(grams[_member(grams >> np.uint64(BITS), contexts)])
    grams, counts = np.unique(np.concatenate([*kept, np.empty(0, np.uint64)]), return_counts=True)
    before = np.searchsorted(contexts, grams >> np.uint64(BITS))
    totals = np.bincount(before, counts, len(contexts))
    kinds = np.bincount(before, minlength=len(contexts)).astype(float)
    place = np.searchsorted(contexts, wanted >> np.uint64(BITS))
    return _look_up(grams, counts, wanted), totals[place], kinds[place]


def _member(values: Array, allowed: Array) -> Array:
    """Whether each value is in the sorted list `allowed`."""
    place = np.minimum(np.searchsorted(allowed, values), len(allowed) - 1)
    return np.asarray(allowed[place] == values)


def _look_up(keys: Array, counts: Array, wanted: Array) -> Array:
    if not len(keys):
        return np.zeros(len(wanted))
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, counts[place], 0).astype(float)
