"""Activation maps: UMAP layouts of activation vectors, with figures that say how far to trust them.

McInnes, Healy and Melville 2018 (UMAP); Carter et al. 2019 (activation atlas); Venna and Kaski 2001 (trustworthiness, continuity).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from atlas.types import Array, Layout

COMPONENTS = 50
JUDGED = 2000  # points on which quality is measured (it costs the square of their number)
NEAREST = 10


@dataclass(frozen=True)
class EmbedSettings:
    """How a layout is made; every field changes it."""

    neighbours: int = 50
    min_dist: float = 0.05


def embed(vectors: Array, classes: Array, settings: EmbedSettings, *, seed: int) -> Layout:
    """Lay out N vectors [N, C] in the plane: xy in [0, 1], equal scale on both axes, with quality figures.

    `classes` [N] are the predicted classes, for the purity figure. The layout repeats bit for bit on one machine; other
    processors may differ in the last bits, so the figures, not the coordinates, are what carries over.
    """
    features = _features(vectors)
    neighbours = min(settings.neighbours, len(features) - 1)
    nearest = _nearest(features, neighbours)
    xy, other = (_umap(features, nearest, settings.min_dist, seed=number) for number in (seed, seed + 1))
    chosen = np.sort(np.random.default_rng(seed).permutation(len(xy))[:JUDGED])
    near = _nearest(xy[chosen], min(NEAREST, len(chosen) - 1))[0][:, 1:]
    return Layout(
        xy=unit_square(xy),
        trustworthiness=_trust(features[chosen], xy[chosen]),
        continuity=_trust(xy[chosen], features[chosen]),
        stability=_kept(near, _nearest(other[chosen], near.shape[1])[0][:, 1:]),
        purity=_purity(near, classes[chosen]),
        purity_shuffled=_purity(near, np.random.default_rng(seed).permutation(classes[chosen])),
        parameters={
            "neighbours": neighbours, "min_dist": settings.min_dist, "metric": "cosine", "components": features.shape[1],
            "points": len(xy), "seed": seed, "judged": len(chosen),
        },
    )  # fmt: skip


def _features(vectors: Array) -> Array:
    """Centred, reduced to 50 principal components, scaled to length 1: euclidean order is then cosine order."""
    from sklearn.decomposition import PCA

    values = vectors.astype(np.float32)
    components = min(COMPONENTS, *values.shape)
    reduced = PCA(components, svd_solver="full").fit_transform(values)
    lengths = np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), 1e-12)
    return np.asarray(reduced / lengths, dtype=np.float32)


def _nearest(points: Array, number: int) -> tuple[Array, Array]:
    """Indices and distances of the `number` nearest points, the point itself first; exact."""
    from sklearn.neighbors import NearestNeighbors

    found = NearestNeighbors(n_neighbors=number + 1, algorithm="brute").fit(points)
    distances, indices = found.kneighbors(points)
    return indices, distances


def _umap(features: Array, nearest: tuple[Array, Array], min_dist: float, *, seed: int) -> Array:
    """UMAP from exact neighbours and a start at the first two principal components, which spares numba's warm-up."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # a seed forces one thread, and exact neighbours forbid transform: both are meant
        from umap import UMAP

        indices, distances = nearest
        model = UMAP(
            n_neighbors=indices.shape[1],
            min_dist=min_dist,
            init=_start(features),
            precomputed_knn=(indices.astype(np.int64), distances.astype(np.float32)),
            random_state=seed,
            n_jobs=1,
        )
        return np.asarray(model.fit_transform(features), dtype=np.float32)


def _start(features: Array) -> Array:
    plane = features[:, :2] if features.shape[1] > 1 else np.repeat(features, 2, axis=1)
    return (plane / (np.abs(plane).max() or 1) * 10).astype(np.float32)


def _trust(space: Array, shown: Array) -> float:
    """How far neighbours in `shown` are neighbours in `space` too, in [0, 1]; swapped it is the continuity."""
    from sklearn.manifold import trustworthiness

    number = min(NEAREST, (len(space) - 1) // 2)
    return float(trustworthiness(space, shown, n_neighbors=number))


def _kept(near: Array, other: Array) -> float:
    """Mean share of a point's nearest neighbours that another layout keeps."""
    return float(np.mean([len(set(a) & set(b)) / len(a) for a, b in zip(near.tolist(), other.tolist(), strict=True)]))


def _purity(near: Array, classes: Array) -> float:
    """Share of nearest neighbours of the same class."""
    return float((classes[near] == classes[:, None]).mean())


def unit_square(xy: Array) -> Array:
    """Shift and scale to [0, 1] on both axes with one scale, centred, nothing clipped."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    extent = float((high - low).max()) or 1.0
    return np.asarray((xy - (low + high) / 2) / extent + 0.5, dtype=np.float32)


def orient(layout: Layout, reference: Layout) -> Layout:
    """Turn and mirror a layout to lie as `reference` does (orthogonal Procrustes); distances stay as they are."""
    from scipy.linalg import orthogonal_procrustes

    centred = layout.xy - layout.xy.mean(axis=0)
    rotation: Any = orthogonal_procrustes(centred, reference.xy - reference.xy.mean(axis=0))[0]
    return replace(layout, xy=unit_square(centred @ rotation))
