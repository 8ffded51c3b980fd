"""From responses to statistics of each unit, and its example images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.vision.collect import Moments
from atlas.chapters.vision.levels import LEVELS, PER_LEVEL
from atlas.chapters.vision.profile import Grouping, profile
from atlas.core.results import Quantile, UnitStats
from atlas.core.specs import Array

BINS = 40
LARGEST = 1e38  # responses above it do not count: their differences may not fit into float32


@dataclass(frozen=True)
class Works:
    """What the N images show: the work that each is a crop or a scene of, the ground behind it, its kind.

    A photograph is its own ground; None is a plain one, which many images may share.
    """

    sources: Sequence[str]
    grounds: Sequence[str | None]
    kinds: Sequence[str]


def select_examples(maxima: Array, works: Works, *, top: int, per_source: int) -> tuple[Array, tuple[Quantile, ...]]:
    """The example images of each unit: the strongest, the best of each kind, three around percentiles, the lowest.

    `maxima` is [N, C]. Returns indices into N, [C, E], -1 where there are too few images, and the level of each column.
    The `top` strongest have at most `per_source` images of one source, and as many on one ground. Ties go to the
    earlier image; negative responses are not excluded. A set of one kind has no best of each kind.
    """
    limited = _numbered(works.sources), _numbered(works.grounds)
    kinds = np.array(works.kinds)
    order = np.argsort(-maxima, axis=0, kind="stable").T  # [C, N], strongest first
    columns, names = [], []
    for name, level in LEVELS.items():
        if level.kinds:
            chosen = _best(order, np.isin(kinds, level.kinds))
        elif level.quantile is not None:
            chosen = _around(order, level.quantile)
        else:
            chosen = np.stack([_strongest(row, limited, top, per_source) for row in order])
        columns.append(chosen)
        names += [name] * chosen.shape[1]
    return np.concatenate(columns, axis=1).astype(np.int32), tuple(names)


def _numbered(names: Sequence[str | None]) -> list[int]:
    """A number for each name; -1 for None."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(filter(None, names)))}
    return [numbers[name] if name else -1 for name in names]


def _strongest(images: Array, limited: Sequence[Sequence[int]], top: int, most: int) -> Array:
    """The first `top` images of which at most `most` share a number in any of the lists (-1 is shared by none)."""
    taken: list[int] = []
    used: list[dict[int, int]] = [{} for _ in limited]
    for image in images.tolist():
        numbers = [one[image] for one in limited]
        if all(count.get(number, 0) < most for count, number in zip(used, numbers, strict=True) if number >= 0):
            for count, number in zip(used, numbers, strict=True):
                count[number] = count.get(number, 0) + 1
            taken.append(image)
            if len(taken) == top:
                break
    return np.array(taken + [-1] * (top - len(taken)))


def _best(order: Array, of_kind: Array) -> Array:
    """The strongest image of a kind [C, 1]; -1 where all images are of it, or none is."""
    if of_kind.all() or not of_kind.any():
        return np.full((len(order), 1), -1)
    first = of_kind[order].argmax(axis=1)[:, None]
    return np.take_along_axis(order, first, axis=1)


def _around(order: Array, quantile: float) -> Array:
    """The PER_LEVEL images whose rank lies nearest to the quantile."""
    units, images = order.shape
    middle = round((1 - quantile) * (images - 1))
    first = max(0, min(middle - PER_LEVEL // 2, images - PER_LEVEL))
    ranks = np.clip(np.arange(first, first + PER_LEVEL), 0, images - 1)
    chosen = order[:, ranks]
    return np.where(np.arange(PER_LEVEL)[None, :] < images, chosen, -1).reshape(units, PER_LEVEL)


def bounded(responses: Array) -> Array:
    """Responses [N, C]; one that is not finite, or above LARGEST, is its unit's smallest other (0 without any).

    Such a unit is still found by its mean and deviation, which are not finite.
    """
    finite = np.abs(responses) < LARGEST  # false for NaN
    if finite.all():
        return responses
    smallest = np.where(finite, responses, np.inf).min(axis=0)
    return np.where(finite, responses, np.where(np.isfinite(smallest), smallest, 0)).astype(responses.dtype)


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
