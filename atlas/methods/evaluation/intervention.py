"""Truth by intervention: how far the score really falls when a part of the image is taken out.

The score of an image is a function of versions of it [M, 3, S, S] → [M]; one intervention is one version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array
from atlas.methods.attribution.score import Score

if TYPE_CHECKING:
    from torch import Tensor

BATCH = 64


def drops(score: Score, image: Tensor, replaced: Tensor, regions: Tensor) -> Tensor:
    """[R] score of `image` [3, S, S] minus its score with each of `regions` [R, S, S] from `replaced`.

    `replaced` is [3, S, S], or [R, 3, S, S] with one for each region; NaN for an empty region.
    """
    import torch

    versions = torch.where(regions[:, None], replaced, image)
    with torch.no_grad():
        scores = torch.cat([score(part) for part in torch.split(torch.cat([image[None], versions]), BATCH)])
    fall = (scores[0] - scores[1:]).double()
    return fall.masked_fill(~regions.flatten(1).any(1), float("nan"))


def removal(ground: Tensor, regions: Tensor) -> Tensor:
    """[R, 3, S, S] what really takes the place of `object_regions`: behind the object the ground [3, S, S] itself.

    A cell of ground gets the ground of the mirrored place.
    """
    import torch

    behind = torch.arange(len(regions)) < 3
    return torch.where(behind[:, None, None, None], ground, ground.flip(-1))


def rank_correlation(one: Array, other: Array) -> Array:
    """[M] Spearman's rank correlation of each row of `one` [M, R] with `other` [R], over entries that are numbers.

    NaN for fewer than 3 of them, or where one side is constant.
    """
    from scipy.stats import rankdata

    used = np.isfinite(other)
    if used.sum() < 3:
        return np.full(len(one), np.nan)
    rows, truth = rankdata(one[:, used], axis=1), rankdata(other[used])
    rows, truth = rows - rows.mean(1, keepdims=True), truth - truth.mean()
    length = np.sqrt((rows**2).sum(1) * (truth**2).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Array = np.where(length > 0, rows @ truth / length, np.nan)
    return found
