"""From responses to statistics of each unit, and its example images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from atlas.chapters.vision.collect import Moments
from atlas.chapters.vision.levels import LEVELS, STRONGEST
from atlas.chapters.vision.profile import Grouping, profile
from atlas.core.results import Quantile, UnitStats
from atlas.core.specs import Array

BINS = 40
PER_LEVEL = 3


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


def summarize(
    maxima: Array,
    moments: Moments,
    sources: Sequence[str],
    *,
    classes: Grouping,
    labels: Grouping,
    groups: Grouping,
) -> UnitStats:
    """Statistics of every unit from the images' largest responses [N, C] and the moments of all positions.

    `sources` [N] are the works that the images show; `classes` are those that the network predicts.
    """
    smallest, largest = maxima.min(axis=0), maxima.max(axis=0)
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
        classes=profile(maxima, classes, sources),
        labels=profile(maxima, labels, sources),
        groups=profile(maxima, groups, sources),
    )


def _histograms(values: Array, smallest: Array, largest: Array) -> Array:
    """Counts [C, BINS] of the columns of `values` [N, C] between each column's own extremes."""
    width = np.where(largest > smallest, largest - smallest, 1)
    bins = np.minimum(((values - smallest) / width * BINS).astype(np.int64), BINS - 1)
    units = np.broadcast_to(np.arange(values.shape[1]), bins.shape)
    counts = np.bincount((units * BINS + bins).ravel(), minlength=values.shape[1] * BINS)
    return counts.reshape(-1, BINS).astype(np.int32)
