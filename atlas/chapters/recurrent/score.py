"""How well a number predicts a concept: rank correlation turned into the share of pairs in the right order (AUC).

For a concept that is there or not this is the area under the ROC curve. For a graded one it is (1 + Spearman's rank
correlation) / 2. Both are 0.5 for an uninformative number, and 1 or 0 for a perfect one.
"""

from __future__ import annotations

import numpy as np

from atlas.core.specs import Array


def ranks(values: Array) -> Array:
    """[T, K] float32 ranks of each column, ties sharing their mean rank, scaled to (0, 1]."""
    # scipy.stats.rankdata gives the same values in three times the time.
    columns = np.ascontiguousarray(values.T)
    return np.stack([_ranks(column) for column in columns]).T


def _ranks(column: Array) -> Array:
    order = np.argsort(column)
    ordered = column[order]
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))  # of each run of equal values
    end = np.append(first[1:], len(column))
    found = np.empty(len(column), np.float32)
    found[order] = np.repeat((first + end + 1) / (2 * len(column)), end - first)
    return found


def scores(ranked: Array, label: Array, *, graded: bool) -> Array:
    """[K] score in [0, 1] of each column of `ranked` [T, K] for `label` [T]; nan where the label never changes."""
    return scores_of_many(ranked, label[:, None], graded=graded)[:, 0]


def scores_of_many(ranked: Array, labels: Array, *, graded: bool) -> Array:
    """[K, L] score of each column of `ranked` for each column of `labels` [T, L]."""
    return _scores(ranked, ranks(labels) if graded else labels, graded=graded)


def moved_scores(ranked: Array, label: Array, distances: Array, *, graded: bool) -> Array:
    """[K, D] score of each column of `ranked` for `label` [T] moved along the text by each distance, in a circle."""
    values = ranks(label[:, None])[:, 0] if graded else label  # ranks move with what they rank
    return _scores(ranked, np.stack([np.roll(values, distance) for distance in distances]).T, graded=graded)


def _scores(ranked: Array, values: Array, *, graded: bool) -> Array:
    """Scores for labels `values` [T, L], those of graded ones as ranks."""
    count = len(ranked)
    centred = (values - values.mean(0, dtype=np.float64)).astype(ranked.dtype)  # then float32 sums lose nothing
    common = np.asarray(ranked.T @ centred, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        if graded:
            size = (
                np.array([column @ column for column in ranked.T], np.float64) / count
                - ranked.T.mean(1, dtype=np.float64) ** 2
            )
            spread = (size[:, None] * centred.var(0, dtype=np.float64)) ** 0.5
            found = np.where(np.ptp(ranked, 0)[:, None] > 0, (1 + common / count / spread) / 2, 0.5)
            return np.asarray(np.where(np.ptp(values, 0) > 0, found, np.nan))
        positive = values.sum(0, dtype=np.float64)
        area = 0.5 + common * count / (positive * (count - positive))
        return np.asarray(np.where((positive > 0) & (positive < count), area, np.nan))


def strength(score: Array) -> Array:
    """How far a score is from chance, either way, as a score: in [0.5, 1]."""
    return np.asarray(np.maximum(score, 1 - score))
