"""At which depth networks agree about an image: the rank correlation of where the relevance of their layers lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.heatmaps.paths import SIDE, Paths
from atlas.core.specs import Array

CELLS = 7  # a side: maps are compared by the means of so many cells


@dataclass(frozen=True)
class Agreement:
    """Of N networks over W images at D depths, from the first layer to the last; correlations in [-1, 1].

    Compared is the size of the relevance at a position, whatever its sign. NaN where there is no such pair. What
    remains where the images differ is chance: objects lie in the middle for every network.
    """

    alike: Array  # [N, W, D] mean with the other networks that see the same class in the image
    apart: Array  # [N, W, D] mean with those that see another class
    chance: Array  # [N, W, D] mean with the others' maps of all other images


def agreement(paths: Sequence[Paths], seen: Sequence[Sequence[str]]) -> Agreement | None:
    """The agreement of N networks over the same W images; `seen` [N][W] names the classes that they see.

    None for fewer than two networks or images. Compared are layers of the same place among those that `spread` chose; a
    network with fewer of them repeats some.
    """
    if len(paths) < 2 or len(paths[0].score) < 2:
        return None
    depths = max(len(one.layers) for one in paths)
    ranks = np.stack([_ranks(one.where[:, _places(len(one.layers), depths)]) for one in paths])
    every = np.einsum("nwdc,mxdc->nmwxd", ranks, ranks, optimize=True)
    count, images = ranks.shape[:2]
    names = np.array(seen)
    same = names[:, None] == names[None, :]  # [N, N, W]
    others = ~np.eye(count, dtype=bool)[:, :, None]
    of_image = np.einsum("nmwwd->nmwd", every)
    rest = (every.sum(3) - of_image) / (images - 1)
    return Agreement(
        alike=_mean(of_image, same & others), apart=_mean(of_image, ~same & others), chance=_mean(rest, others)
    )


def _mean(values: Array, chosen: Array) -> Array:
    """Means over the second axis of [N, M, W, D] where `chosen` [N, M, W or 1]; NaN where nothing is."""
    weights = np.broadcast_to(chosen, values.shape[:3])[..., None]
    count = weights.sum(1)
    out: Array = np.where(count > 0, (values * weights).sum(1) / np.maximum(count, 1), np.nan)
    return out


def _places(layers: int, depths: int) -> list[int]:
    """For each depth the place of a layer, of so many."""
    return [round(depth * (layers - 1) / max(depths - 1, 1)) for depth in range(depths)]


def _ranks(maps: Array) -> Array:
    """Maps [W, D, SIDE, SIDE] as ranks of the means of cells [W, D, CELLS²], with mean 0 and length 1."""
    from scipy.stats import rankdata

    step = SIDE // CELLS
    shape = (*maps.shape[:2], CELLS, step, CELLS, step)
    cells = np.abs(maps.astype(np.float64)).reshape(shape).mean((3, 5)).reshape(*maps.shape[:2], -1)
    ranks = rankdata(cells, axis=-1)
    ranks -= ranks.mean(-1, keepdims=True)
    out: Array = ranks / np.maximum(np.linalg.norm(ranks, axis=-1, keepdims=True), 1e-12)
    return out
