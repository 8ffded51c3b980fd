"""How well codes correspond to known factors: mutual information, MIG, DCI."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.core.specs import Array

BINS = 20


def binned(values: Array, bins: int = BINS) -> Array:
    """[N] numbers to bin numbers of equal count; few distinct values stay as they are."""
    distinct, index = np.unique(values, return_inverse=True)
    if len(distinct) <= bins:
        return index
    edges = np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1])
    return np.searchsorted(edges, values, side="right")


def entropy(symbols: Array) -> float:
    """Entropy of symbol numbers, in nats."""
    share = np.bincount(symbols) / len(symbols)
    share = share[share > 0]
    return float(-(share * np.log(share)).sum())


def mutual_information(codes: Array, factors: Array) -> Array:
    """[K, F] nats between codes [N, K] and factors [N, F], each in up to 20 bins of equal count."""
    a, b = ([binned(column) for column in table.T] for table in (codes, factors))
    joint = np.array([[entropy(x * (y.max() + 1) + y) for y in b] for x in a])
    found: Array = np.array([entropy(x) for x in a])[:, None] + np.array([entropy(y) for y in b])[None] - joint
    return np.maximum(found, 0)


def mig(codes: Array, factors: Array) -> Array:
    """[F] mutual information gap of each factor: best code minus second best, in shares of the factor's entropy.

    Chen et al. 2018; their MIG is the mean. In [0, 1]; one code alone has no second best, so the gap is to zero.
    """
    found = np.sort(mutual_information(codes, factors), axis=0)
    second = found[-2] if len(found) > 1 else np.zeros(found.shape[1])
    gap: Array = (found[-1] - second) / np.array([entropy(binned(column)) for column in factors.T])
    return gap


@dataclass(frozen=True)
class DCI:
    """Disentanglement, completeness, informativeness (Eastwood and Williams 2018); 1 is best."""

    disentanglement: float  # does each code encode one factor?
    completeness: float  # is each factor encoded by one code?
    informativeness: Array  # [F] held-out accuracy (choices) or R^2 (numbers) of predicting the factor from all codes
    importance: Array  # [K, F] of each code for each factor; columns sum to 1


def dci(codes: Array, factors: Array, choices: tuple[bool, ...], seed: int = 0) -> DCI:
    """DCI of codes [N, K] for factors [N, F] by random forests; `choices[f]`: factor f is a class, not a number.

    Half of the rows are learned, half are predicted.
    """
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    half = len(codes) // 2
    importance, score = [], []
    for column, choice in zip(factors.T, choices, strict=True):
        kind = RandomForestClassifier if choice else RandomForestRegressor
        forest = kind(n_estimators=30, max_depth=10, min_samples_leaf=5, random_state=seed)
        forest.fit(codes[:half], column[:half])
        importance.append(forest.feature_importances_)
        score.append(forest.score(codes[half:], column[half:]))
    table = np.array(importance).T
    return DCI(_disentanglement(table), _disentanglement(table.T), np.array(score), table)


def _disentanglement(table: Array) -> float:
    """Mean of 1 - normalized entropy of the rows, weighted by how much each row matters at all."""
    total = table.sum(1, keepdims=True)
    share = table / np.where(total > 0, total, 1)
    spread = -(share * np.log(np.where(share > 0, share, 1))).sum(1) / np.log(table.shape[1])
    return float(((1 - spread) * total[:, 0]).sum() / total.sum())
