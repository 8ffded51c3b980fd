"""How well a number tells a concept: rank correlation turned into the share of pairs in the right order (AUC).

For a concept that is there or not this is the area under the ROC curve. For a graded one it is (1 + Spearman's rank
correlation) / 2. Both are 0.5 for a number that knows nothing, and 1 or 0 for one that knows all.
"""

from __future__ import annotations

import numpy as np

from atlas.types import Array


def ranks(values: Array) -> Array:
    """[T, K] float32 ranks of each column, ties sharing their mean rank, scaled to [0, 1]."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(values, axis=0) / len(values), np.float32)


def scores(ranked: Array, label: Array, *, graded: bool) -> Array:
    """[K] score in [0, 1] of each column of `ranked` [T, K] for `label` [T]; nan where the label never changes."""
    return scores_of_many(ranked, label[:, None], graded=graded)[:, 0]


def scores_of_many(ranked: Array, labels: Array, *, graded: bool) -> Array:
    """[K, L] score of each column of `ranked` for each column of `labels` [T, L]."""
    count = len(ranked)
    with np.errstate(divide="ignore", invalid="ignore"):
        if graded:
            return np.asarray((1 + _correlation(ranked, ranks(labels))) / 2)
        positive = labels.sum(0, dtype=np.float64)
        total = ranked.T.astype(np.float64) @ labels * count  # sum of ranks of the positives
        area = (total - positive * (positive + 1) / 2) / (positive * (count - positive))
        return np.asarray(np.where((positive > 0) & (positive < count), area, np.nan))


def _correlation(a: Array, b: Array) -> Array:
    a, b = (each.astype(np.float64) - each.mean(0, dtype=np.float64) for each in (a, b))
    return np.asarray(a.T @ b / np.sqrt((a**2).sum(0)[:, None] * (b**2).sum(0)))


def strength(score: Array) -> Array:
    """How far a score is from chance, either way, as a score: in [0.5, 1]."""
    return np.asarray(np.maximum(score, 1 - score))
