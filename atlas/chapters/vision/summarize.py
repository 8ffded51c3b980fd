"""From responses to statistics of each unit, and its example images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.vision.collect import Moments
from atlas.chapters.vision.levels import LEVELS, STRONGEST
from atlas.core.results import Quantile, UnitStats
from atlas.core.specs import Array

BINS = 40
PER_LEVEL = 3
CLASSES = 5
LEAST_IMAGES = 3  # a mean over fewer images of a class is too uncertain


@dataclass(frozen=True)
class Grouping:
    """A class for each of N images (-1 = none), and the names of the classes it may come from."""

    ids: Array  # [N] int
    names: tuple[str, ...] = ()


def select_examples(
    maxima: Array, sources: Sequence[str], *, top: int, per_source: int
) -> tuple[Array, tuple[Quantile, ...]]:
    """The example images of each unit: the strongest, and three around the 90th and the 50th percentile.

    `maxima` is [N, C]. Returns indices into N, [C, E], -1 where there are too few images, and the level of each column.
    The `top` strongest have at most `per_source` images of one source. Ties go to the earlier image; negative responses
    are not excluded.
    """
    numbers = {source: number for number, source in enumerate(dict.fromkeys(sources))}
    source = np.array([numbers[name] for name in sources])
    order = np.argsort(-maxima, axis=0, kind="stable").T  # [C, N], strongest first
    strongest = np.stack([_strongest(row, source[row], top, per_source) for row in order])
    quantiles = {name: level.quantile for name, level in LEVELS.items() if level.quantile is not None}
    around = [_around(order, quantile) for quantile in quantiles.values()]
    names = [STRONGEST] * top + [name for name in quantiles for _ in range(PER_LEVEL)]
    return np.concatenate([strongest, *around], axis=1).astype(np.int32), tuple(names)


def _strongest(images: Array, sources: Array, top: int, per_source: int) -> Array:
    taken: list[int] = []
    used: dict[int, int] = {}
    for image, source in zip(images.tolist(), sources.tolist(), strict=True):
        if used.get(source, 0) < per_source:
            used[source] = used.get(source, 0) + 1
            taken.append(image)
            if len(taken) == top:
                break
    return np.array(taken + [-1] * (top - len(taken)))


def _around(order: Array, quantile: float) -> Array:
    """The PER_LEVEL images whose rank lies nearest to the quantile."""
    units, images = order.shape
    first = round((1 - quantile) * (images - 1)) - PER_LEVEL // 2
    ranks = np.clip(np.arange(first, first + PER_LEVEL), 0, images - 1)
    chosen = order[:, ranks]
    return np.where(np.arange(PER_LEVEL)[None, :] < images, chosen, -1).reshape(units, PER_LEVEL)


def summarize(maxima: Array, moments: Moments, *, predicted: Grouping, labelled: Grouping) -> UnitStats:
    """Statistics of every unit from the images' largest responses [N, C] and the moments of all positions."""
    smallest, largest = maxima.min(axis=0), maxima.max(axis=0)
    by_class = _strongest_classes(maxima, predicted.ids)
    by_label = _strongest_classes(maxima, labelled.ids)
    quantiles = np.quantile(maxima, [0.5, 0.9], axis=0).astype(np.float32)
    return UnitStats(
        mean=moments.mean,
        std=np.sqrt(moments.m2 / moments.count),
        positive=(maxima > 0).mean(axis=0),
        smallest=smallest,
        largest=largest,
        p50=quantiles[0],
        p90=quantiles[1],
        counts=_histograms(maxima, smallest, largest),
        edges=np.stack([smallest, largest], axis=1),
        class_ids=by_class[0],
        class_means=by_class[1],
        class_sizes=by_class[2],
        label_ids=by_label[0],
        label_means=by_label[1],
        label_sizes=by_label[2],
        label_names=labelled.names,
    )


def _histograms(values: Array, smallest: Array, largest: Array) -> Array:
    """Counts [C, BINS] of the columns of `values` [N, C] between each column's own extremes."""
    width = np.where(largest > smallest, largest - smallest, 1)
    bins = np.minimum(((values - smallest) / width * BINS).astype(np.int64), BINS - 1)
    units = np.broadcast_to(np.arange(values.shape[1]), bins.shape)
    counts = np.bincount((units * BINS + bins).ravel(), minlength=values.shape[1] * BINS)
    return counts.reshape(-1, BINS).astype(np.int32)


def _strongest_classes(maxima: Array, ids: Array) -> tuple[Array, Array, Array]:
    """For each unit the CLASSES classes with the highest mean response: ids, means, sizes, each [C, CLASSES]."""
    units = maxima.shape[1]
    classes = [(class_id, np.flatnonzero(ids == class_id)) for class_id in np.unique(ids[ids >= 0])]
    large = [(class_id, rows) for class_id, rows in classes if len(rows) >= LEAST_IMAGES]
    numbers = np.array([class_id for class_id, _ in large] + [-1] * CLASSES, dtype=np.int32)
    sizes = np.array([len(rows) for _, rows in large] + [0] * CLASSES, dtype=np.int32)
    means = np.full((len(numbers), units), -np.inf, dtype=np.float64)
    for row, (_, rows) in enumerate(large):
        means[row] = maxima[rows].mean(axis=0, dtype=np.float64)
    best = np.argsort(-means, axis=0, kind="stable")[:CLASSES].T
    chosen = np.take_along_axis(means.T, best, axis=1)
    return numbers[best], np.where(np.isfinite(chosen), chosen, 0).astype(np.float32), sizes[best]
