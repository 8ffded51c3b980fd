"""Deletion of patches in the order of their relevance (Samek et al. 2017; Petsiuk et al. 2018), most and least first.

Deleting the least relevant first is insertion of the most relevant read backwards. Values are shares of the way from
the image's score (1) to that of the wholly replaced image (0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.methods.attribution.score import Score
from atlas.methods.evaluation.intervention import BATCH

if TYPE_CHECKING:
    from torch import Tensor

POINTS = 6  # of a curve, between the image and the wholly replaced one
LEAST = 1.0  # logits: a smaller fall from the image to the wholly replaced one has no meaningful shares


def curves(score: Score, image: Tensor, replaced: Tensor, ranks: Tensor, *, least: float = LEAST) -> Tensor:
    """[M, POINTS] shares of the score while patches are replaced, in M orders; NaN where it falls by less than `least`.

    `ranks` [M, S, S] is when a pixel's patch goes, in [0, 1); `image` and `replaced` are [3, S, S]. Point p is after a
    share (p + 1) / (POINTS + 1) of the patches.
    """
    import torch

    steps = torch.arange(1, POINTS + 1) / (POINTS + 1)
    gone = ranks[:, None] < steps[:, None, None]  # [M, POINTS, S, S]
    versions = torch.where(gone.flatten(0, 1)[:, None], replaced, image)
    with torch.no_grad():
        ends = score(torch.stack([replaced, image])).double()
        found = torch.cat([score(part).double() for part in torch.split(versions, BATCH)])
    way = ends[1] - ends[0]
    share: Tensor = (found - ends[0]) / way if float(way) >= least else torch.full_like(found, float("nan"))
    return share.reshape(len(ranks), POINTS)


def orders(relevance: Tensor, patches: Tensor) -> Tensor:
    """[2 M, S, S] when each pixel's patch goes, in [0, 1): most relevant first, then least relevant first.

    `relevance` is [M, P], `patches` [P, S, S]; patches of equal relevance go in their own order.
    """
    import torch

    count = relevance.shape[1]
    place = torch.empty_like(relevance)
    order = relevance.argsort(dim=1, descending=True, stable=True)
    place.scatter_(1, order, (torch.arange(count, dtype=place.dtype) / count).expand_as(relevance).contiguous())
    both = torch.cat([place, (count - 1) / count - place])
    patch = patches.int().argmax(0)
    return both[:, patch]
