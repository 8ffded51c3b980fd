"""The shape of tuning curves [C, n], a row for each of C units: where they are highest, how directed, how wide."""

from __future__ import annotations

import numpy as np

from atlas.core.specs import Array

SHUFFLES, CHANCE = 4000, 99.0  # of the values along a circular curve; percentile that its resultant must exceed


def resultant(curve: Array, period: float) -> tuple[Array, Array]:
    """Direction [C] in [0, period) and length [C] in [0, 1] of the mean vector of a circular curve [C, n], above its
    least value.
    """
    weights = curve - curve.min(1, keepdims=True)
    angle = 2 * np.pi * np.arange(curve.shape[1]) / curve.shape[1]
    vector = weights @ np.exp(1j * angle) / np.maximum(weights.sum(1), 1e-12)
    return np.angle(vector) % (2 * np.pi) / (2 * np.pi) * period, np.abs(vector)


def chance_length(curve: Array, rng: np.random.Generator) -> Array:
    """[C] the percentile CHANCE of the lengths of the mean vectors of shuffled circular curves [C, n].

    Shuffling breaks the smoothness of a curve: smoothed noise exceeds this far more often than white noise does.
    So it is no test of significance, and DEPTH is asked for as well.
    """
    weights, count = curve - curve.min(1, keepdims=True), curve.shape[1]
    turns = np.exp(2j * np.pi * rng.permuted(np.tile(np.arange(count), (SHUFFLES, 1)), axis=1) / count)
    lengths = np.abs(weights @ turns.T) / np.maximum(weights.sum(1, keepdims=True), 1e-12)
    found: Array = np.percentile(lengths, CHANCE, axis=1)
    return found


def peak(curve: Array, values: Array) -> Array:
    """[C] where curves [C, n] are highest, between `values` by a parabola through the peak and its neighbours.

    The parabola is over the number of the value, which for a geometric series is over its logarithm.
    """
    best = curve.argmax(1)
    inner = np.clip(best, 1, curve.shape[1] - 2)
    rows = np.arange(len(curve))
    left, top, right = (curve[rows, inner + step] for step in (-1, 0, 1))
    bend = left - 2 * top + right
    shift = np.where((best == inner) & (bend < 0), 0.5 * (left - right) / np.where(bend < 0, bend, -1), 0.0)
    place = np.where(best == inner, inner + np.clip(shift, -0.5, 0.5), best)
    scale = np.log(values) if values.min() > 0 else values
    found = np.interp(place, np.arange(len(values)), scale)
    out: Array = np.exp(found) if values.min() > 0 else found
    return out


def full_width(curve: Array, step: float, *, circular: bool) -> Array:
    """[C] full width halfway between the least and the highest value of curves [C, n] with values `step` apart."""
    count = curve.shape[1]
    half = (curve.max(1) + curve.min(1)) / 2
    best = curve.argmax(1)
    sides = [_crossing(curve, best, half, direction, circular=circular) for direction in (1, -1)]
    found: Array = (sides[0] + sides[1]) * step
    return np.where(found < count * step, found, np.nan)


def _crossing(curve: Array, best: Array, half: Array, direction: int, *, circular: bool) -> Array:
    """[C] how many steps from the peak a curve first falls to `half`, interpolated; NaN where it does not."""
    rows, count = np.arange(len(curve)), curve.shape[1]
    found = np.full(len(curve), np.nan)
    for step in range(1, count):
        at = best + direction * step
        inside = np.ones(len(curve), bool) if circular else (at >= 0) & (at < count)
        here = curve[rows, at % count]
        before = curve[rows, (at - direction) % count]
        falls = inside & np.isnan(found) & (here <= half) & (before > half)
        share = (before - half) / np.where(falls, before - here, 1)
        found = np.where(falls, step - 1 + share, found)
    return found
