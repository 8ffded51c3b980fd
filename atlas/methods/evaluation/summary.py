"""Means with intervals over images, ranks of methods, and how far two scores agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from atlas.core.specs import Array

RESAMPLES = 1000


def mean_interval(values: Array, sources: Sequence[str], seed: int) -> tuple[float, float, float]:
    """The mean of `values` [N] and its 95 % interval, by resampling whole sources; NaN entries are left out.

    Images of one source are not independent, so they are drawn together.
    """
    used = np.isfinite(values)
    names = np.array(sources)[used]
    if not used.any():
        return float("nan"), float("nan"), float("nan")
    unique, index = np.unique(names, return_inverse=True)
    sums, counts = np.bincount(index, values[used]), np.bincount(index)
    drawn = np.random.default_rng(seed).integers(len(unique), size=(RESAMPLES, len(unique)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(values[used].mean()), float(low), float(high)


def ranks(scores: Array) -> Array:
    """Ranks of `scores` [M] from 1, the highest; equal ones share the mean rank, NaN gets NaN."""
    from scipy.stats import rankdata

    found = np.full(len(scores), np.nan)
    used = np.isfinite(scores)
    found[used] = rankdata(-scores[used])
    return found


def kendall(one: Array, other: Array) -> float:
    """Kendall's tau-b of two scores of the same methods, over those that have both; NaN for fewer than 3."""
    from scipy.stats import kendalltau

    used = np.isfinite(one) & np.isfinite(other)
    return float(kendalltau(one[used], other[used]).statistic) if used.sum() >= 3 else float("nan")
