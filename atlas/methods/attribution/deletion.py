"""Deletion curves: the score while the most relevant parts are removed first; the faster it falls, the more faithful the order.

After Samek et al. 2017 ("pixel flipping") and Petsiuk, Das and Saenko 2018.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array
from atlas.methods.attribution.score import Score, aligned

if TYPE_CHECKING:
    from torch import Tensor

RANDOM = "random order"


def deletion_scores(score: Score, inputs: Tensor, segments: Tensor, order: Array, removed: Array) -> Tensor:
    """[N] scores without the first so many parts of `order` [P], for each number in `removed` [N]."""
    import torch

    segments = aligned(segments, inputs)
    rank = np.empty(len(order), np.int64)
    rank[np.asarray(order)] = np.arange(len(order))
    ranks = torch.from_numpy(rank)[segments]
    limits = torch.from_numpy(np.asarray(removed)).reshape(-1, *[1] * segments.ndim)
    with torch.no_grad():
        return score((ranks[None] >= limits).to(inputs.dtype) * inputs)


def deletion_curves(
    score: Score,
    inputs: Tensor,
    segments: Tensor,
    attributions: Mapping[str, Array],
    *,
    points: int,
    orders: int,
    seed: int,
) -> dict[str, Array]:
    """[N + 1] scores by method while P parts are removed in N = min(P, `points`) equal steps, and the mean of random orders.

    `attributions` are [P] of each method; parts of equal attribution are removed in their own order.
    """
    rng, parts = np.random.default_rng(seed), int(segments.max()) + 1
    removed = np.rint(np.linspace(0, parts, min(parts, points) + 1)).astype(int)

    def curve(order: Array) -> Array:
        return np.asarray(deletion_scores(score, inputs, segments, order, removed).numpy())

    by_chance = [curve(rng.permutation(parts)) for _ in range(orders)]
    curves = {name: curve(np.argsort(-values, kind="stable")) for name, values in attributions.items()}
    return curves | {RANDOM: np.mean(by_chance, 0)}


def deletion_areas(curves: Mapping[str, Array]) -> dict[str, float]:
    """Mean score of each method's curve minus that of random orders: lower is more faithful."""
    return {name: float(values.mean() - curves[RANDOM].mean()) for name, values in curves.items() if name != RANDOM}
