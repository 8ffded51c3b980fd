"""Units beside units: whose responses go together over the probe images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from atlas.core.results import MatchedUnits, Neighbours
from atlas.core.specs import Array

NEAREST = 6


def neighbours(means: Array) -> Neighbours:
    """For each unit the most correlated other units of its layer, from image-wise mean responses [N, C].

    Pearson correlation over the N images; a constant unit correlates with none (0), and so does one with responses
    that are not finite numbers.
    """
    values = _finite(means)
    values -= values.mean(axis=0)
    values /= np.maximum(np.linalg.norm(values, axis=0), 1e-12)
    correlation = values.T @ values
    np.fill_diagonal(correlation, -np.inf)
    number = min(NEAREST, len(correlation) - 1)
    nearest = np.argsort(-correlation, axis=1, kind="stable")[:, :number]
    found = np.take_along_axis(correlation, nearest, axis=1)
    return Neighbours(nearest.astype(np.int32), found.astype(np.float32))


def _finite(means: Array) -> Array:
    """[N, C] float64; 0 for all responses of a unit of which one is not a finite number."""
    values = means.astype(np.float64)
    return np.where(np.isfinite(values).all(axis=0), values, 0.0)


def standardized(means: Array) -> Array:
    """Image-wise mean responses [N, C] with mean 0 and standard deviation 1 over the images, in half precision.

    A constant unit is 0 everywhere, so that it correlates with none, and so is one with responses that are not finite.
    """
    values = _finite(means)
    values -= values.mean(axis=0)
    deviation = values.std(axis=0)
    values /= np.where(deviation > 0, deviation, np.inf)
    return values.astype(np.float16)


def matched_units(
    one: Sequence[Array], other: Sequence[Array]
) -> tuple[tuple[MatchedUnits, ...], tuple[MatchedUnits, ...]]:
    """For each unit of one network the most correlated unit of the other, and the other way round.

    Both are standardized responses to the same N images, [N, C] a layer; the result is a MatchedUnits a layer. Pearson
    correlation; a unit that rises and falls with none has no match (-1).
    """
    mine = [_no_match(layer.shape[1]) for layer in one]
    theirs = [_no_match(layer.shape[1]) for layer in other]
    for b, second in enumerate(values.astype(np.float32) for values in other):
        for a, first in enumerate(values.astype(np.float32) for values in one):
            correlation = first.T @ second / max(1, len(second))
            _improve(mine[a], correlation, b)
            _improve(theirs[b], correlation.T, a)
    return tuple(mine), tuple(theirs)


def _no_match(units: int) -> MatchedUnits:
    return MatchedUnits(np.full(units, -1, np.int16), np.full(units, -1, np.int32), np.zeros(units, np.float32))


def _improve(found: MatchedUnits, correlation: Array, layer: int) -> None:
    """Let units of `layer` take the places of worse matches: `correlation` is [own units, units of that layer]."""
    best = correlation.argmax(axis=1)
    value = np.take_along_axis(correlation, best[:, None], axis=1)[:, 0]
    better = value > found.correlation
    found.layer[better], found.unit[better], found.correlation[better] = layer, best[better], value[better]
