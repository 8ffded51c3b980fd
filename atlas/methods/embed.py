"""Activation maps: UMAP layouts of activation vectors, with measures of their quality.

McInnes, Healy and Melville 2018 (UMAP); Carter et al. 2019 (activation atlas); Venna and Kaski 2001 (trustworthiness,
continuity).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from threading import RLock
from typing import Any

import numpy as np

from atlas.core.results import Layout
from atlas.core.specs import Array

COMPONENTS = 50
EVALUATED = 5000  # points for which the quality is measured at most, each against all others
NEAREST = 10
# First learning rate; UMAP's own is 1, for a random start. From principal components, 100 epochs at 0.12 keep what 500
# at 1 do: vgg-64 conv3_1, fc6 and logits, trustworthiness 0.946, 0.948, 0.971 (0.948, 0.949, 0.973), stability 0.52,
# 0.56, 0.65 (0.47, 0.52, 0.62), in 3.2 instead of 11.2 processor-seconds.
RATE = 0.125
LARGE = 65504  # vectors with larger values are scaled first: their squares may not fit into float32
ROWS = 256  # rows of a block of distances: 256 x 4,000 float32 stay in the cache

UNUSED = {
    "densmap": False,
    "densmap_kwds": {},
    "output_dens": False,
    "parallel": False,
}  # arguments of UMAP without default

Blocks = Iterator[tuple[slice, Array]]


@dataclass(frozen=True)
class EmbedSettings:
    """The settings of a layout; every field changes it."""

    neighbours: int = 50
    min_dist: float = 0.05
    # Carter et al. take euclidean distance and 200 neighbours for early layers. Measured on vgg-64 conv1_1, conv1_2,
    # conv2_1, each in its own space: trustworthiness 0.948, 0.921, 0.870 and stability 0.57, 0.50, 0.50, against 0.985,
    # 0.979, 0.954 and 0.68, 0.62, 0.54 with cosine and 50. So all layers are laid out alike unless a recipe says
    # otherwise.
    metric: str = "cosine"  # or "euclidean"
    epochs: int = 100


def embed(vectors: Array, classes: Array, settings: EmbedSettings, *, seed: int) -> Layout:
    """Lay out N vectors [N, C] in the plane: xy [N, 2] in [0, 1], equal scale on both axes, with quality measures.

    `classes` [N] are the predicted classes, for the purity. The layout is reproducible to the bit on one machine; other
    processors may differ in the last bits, so that the quality carries over, and the coordinates do not.
    """
    points = features(vectors, settings.metric)
    count = min(settings.neighbours, len(points) - 1)
    graph = _graph(points, count, seed)  # one exact graph serves both seeds
    xy, other = (_settle(points, graph, settings, seed=start) for start in (seed, seed + 1))
    rows = np.sort(np.random.default_rng(seed).permutation(len(xy))[:EVALUATED])
    near = nearest(xy, min(NEAREST, (len(xy) - 1) // 2), rows)[0]
    near_other = nearest(other, near.shape[1], rows)[0]
    return Layout(
        xy=unit_square(xy),
        trustworthiness=kept_ranks(points, near, rows),
        continuity=kept_ranks(xy, nearest(points, near.shape[1], rows)[0], rows),
        stability=_shared(near, near_other),
        purity=_purity(near, classes, rows),
        purity_shuffled=_purity(near, np.random.default_rng(seed).permutation(classes), rows),
        parameters={
            "neighbours": count,
            "min_dist": settings.min_dist,
            "metric": settings.metric,
            "epochs": settings.epochs,
            "rate": RATE,
            "components": points.shape[1],
            "points": len(xy),
            "seed": seed,
            "judged": len(rows),
        },
    )


def features(vectors: Array, metric: str) -> Array:
    """The first 50 principal components of vectors [N, C], centred: [N, 50] float32 in the order of variance.

    For "cosine" each is scaled to length 1, so that euclidean order is cosine order; for "euclidean" all by one factor.
    """
    values = vectors.astype(np.float32)
    if (peak := np.abs(values).max()) > LARGE:
        values /= peak
    values -= values.mean(axis=0)
    axes = np.linalg.eigh(values.T @ values)[1][:, ::-1][:, : min(COMPONENTS, *values.shape)]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])  # the sign of an axis is arbitrary
    reduced = values @ axes
    lengths = np.linalg.norm(reduced, axis=1, keepdims=True)
    scale = lengths if metric == "cosine" else np.sqrt((lengths**2).mean())
    return np.asarray(reduced / np.maximum(scale, 1e-12), dtype=np.float32)


def nearest(points: Array, number: int, rows: Array | None = None) -> tuple[Array, Array]:
    """Exact indices and distances [R, number] of the nearest other points to each of `rows` (default: all)."""
    indices, distances = [], []
    for _, block in _blocks(points, rows):
        index = np.argpartition(block, number - 1, axis=1)[:, :number] if number < len(points) else np.argsort(block)
        near = np.take_along_axis(block, index, axis=1)
        order = np.argsort(near, axis=1, kind="stable")
        indices.append(np.take_along_axis(index, order, axis=1))
        distances.append(np.sqrt(np.take_along_axis(near, order, axis=1)))
    return np.concatenate(indices), np.concatenate(distances)


def _blocks(points: Array, rows: Array | None) -> Blocks:
    """Squared distances from blocks of rows to all points, [ROWS, N] float32, infinite from a point to itself."""
    chosen = np.arange(len(points)) if rows is None else rows
    squares = (points**2).sum(axis=1)
    for first in range(0, len(chosen), ROWS):
        part = chosen[first : first + ROWS]
        if points.shape[1] <= 3:  # few axes: by differences, without cancellation for close points
            block = np.zeros((len(part), len(points)), points.dtype)
            for axis in points.T:  # six times as fast as a sum over the last axis, which is short
                block += (axis[part, None] - axis) ** 2
        else:
            block = np.maximum(squares[part, None] + squares[None] - 2 * (points[part] @ points.T), 0)
        block[np.arange(len(part)), part] = np.inf
        yield slice(first, first + len(part)), block


def kept_ranks(space: Array, near: Array, rows: Array) -> float:
    """How far the neighbours `near` [R, K] of `rows` in another space are such in `space` [N, D], at most 1.

    With neighbours on the map and `space` the original one it is the trustworthiness of the map, the other way round
    its continuity (Venna and Kaski 2001, equations 3 and 4, over the points `rows` instead of all).
    """
    number, count = near.shape[1], len(space)
    excess = 0
    for part, block in _blocks(space, rows):
        reach = np.take_along_axis(block, near[part], axis=1)
        ranks = np.stack([(block < reach[:, column, None]).sum(axis=1) + 1 for column in range(number)])
        excess += int(np.maximum(ranks - number, 0).sum())
    most = number * (2 * count - 3 * number - 1) / 2  # of the worst map, for one point
    return float(1 - excess / (len(rows) * most))


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress warnings of UMAP about what is intended: no Tensorflow, one thread for a seed, repeated points."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _compile_once(module: Any, *names: str) -> None:
    """Let numba cache machine code on disk: to compile it takes each process up to 12 s, to read it 0.1 s."""
    with suppress(RuntimeError):  # no folder is writable
        for name in names:
            if hasattr(module, name):  # they are private functions of UMAP
                getattr(module, name).enable_caching()


def _graph(points: Array, number: int, seed: int) -> Any:
    """UMAP's fuzzy graph from exact neighbours; UMAP counts the point itself as the first."""
    indices, distances = nearest(points, number)
    with _quiet():
        from umap import umap_
        from umap.umap_ import fuzzy_simplicial_set

        _compile_once(umap_, "smooth_knn_dist", "compute_membership_strengths")
        return fuzzy_simplicial_set(
            points,
            number + 1,
            np.random.RandomState(seed),
            "euclidean",
            knn_indices=np.hstack([np.arange(len(points))[:, None], indices]),
            knn_dists=np.hstack([np.zeros_like(distances[:, :1]), distances]).astype(np.float32),
        )[0]


def _settle(points: Array, graph: Any, settings: EmbedSettings, *, seed: int) -> Array:
    """UMAP's layout [N, 2] of the graph, started at the first two principal components."""
    start = points[:, :2] if points.shape[1] > 1 else np.repeat(points, 2, axis=1)
    with _quiet():
        from tqdm import tqdm
        from umap import layouts
        from umap.umap_ import find_ab_params, simplicial_set_embedding

        # UMAP counts its steps with tqdm even where it shows nothing; tqdm's own lock would be a semaphore of the
        # system, which a killed worker leaves behind.
        tqdm.set_lock(RLock())

        _compile_once(layouts, "_nb_optimize_layout_euclidean_single_epoch")
        a, b = find_ab_params(1.0, settings.min_dist)
        layout = simplicial_set_embedding(
            points,
            graph,
            n_components=2,
            initial_alpha=RATE,
            a=a,
            b=b,
            gamma=1.0,
            negative_sample_rate=5,
            n_epochs=settings.epochs,
            init=start.astype(np.float32),
            random_state=np.random.RandomState(seed),
            metric="euclidean",
            metric_kwds={},
            **UNUSED,
        )[0]
    return np.asarray(layout, dtype=np.float32)


def _shared(near: Array, other: Array) -> float:
    """Mean share of a point's nearest neighbours that are such in another layout, too."""
    return float((near[:, :, None] == other[:, None, :]).any(axis=2).mean())


def _purity(near: Array, classes: Array, rows: Array) -> float:
    """The share of nearest neighbours with the same class (-1: unknown, the same as none)."""
    own = classes[rows, None]
    return float(((classes[near] == own) & (own >= 0)).mean())


def unit_square(xy: Array) -> Array:
    """Shift and scale to [0, 1] with one scale for both axes, centred, without clipping."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    extent = float((high - low).max()) or 1.0
    return np.asarray((xy - (low + high) / 2) / extent + 0.5, dtype=np.float32)


def orient(layout: Layout, reference: Layout) -> Layout:
    """Rotate and mirror a layout to match `reference` (orthogonal Procrustes); distances are preserved."""
    from scipy.linalg import orthogonal_procrustes

    centred = layout.xy - layout.xy.mean(axis=0)
    rotation: Any = orthogonal_procrustes(centred, reference.xy - reference.xy.mean(axis=0))[0]
    return replace(layout, xy=unit_square(centred @ rotation))
