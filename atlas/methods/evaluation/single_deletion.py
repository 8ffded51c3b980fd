"""Single deletion: whether relevance ranks the patches of an image as their deletion does (Hesse et al. 2024).

On a network that was trained with deleted patches they are no foreign input: "in-domain" single deletion (IDSDS).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.core.specs import Array
from atlas.methods.attribution.score import Score

if TYPE_CHECKING:
    from torch import Tensor

GRID = 4  # patches a side, as in the paper


def patch_drops(score: Score, image: Tensor) -> Array:
    """[GRID²] fall of the score of `image` [3, S, S] when a patch is set to zero, the mean colour."""
    import torch

    from atlas.methods.evaluation.intervention import drops
    from atlas.methods.evaluation.regions import patch_masks

    found: Array = drops(score, image, torch.zeros_like(image), patch_masks(image.shape[-1], GRID)).numpy()
    return found


def single_deletion(maps: Tensor, falls: Array) -> Array:
    """[N] rank correlation of the relevance of patches in maps [N, S, S] with their `falls` [N, GRID²]; NaN: constant.

    Relevance keeps its sign: a patch whose deletion raises the score should have negative relevance.
    """
    import numpy as np

    from atlas.methods.evaluation.intervention import rank_correlation
    from atlas.methods.evaluation.regions import patch_masks, relevance

    sums = relevance(maps, patch_masks(maps.shape[-1], GRID)).numpy()
    return np.array([rank_correlation(row[None], true)[0] for row, true in zip(sums, falls, strict=True)])
