"""What class activation methods share: the last maps of a network, their gradients, and how a map becomes pixels."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.propagation import Operation, Recorded
    from atlas.methods.attribution.target import Target


def slopes(record: Recorded, target: Target, maps: Operation) -> Tensor:
    """[B, K, h, w] the gradient of the score with respect to `maps`."""
    from atlas.methods.attribution.propagation import gradient

    return record.back(target.weights.to(maps.output.dtype), gradient, to=maps.node)


def grad_cam(record: Recorded, target: Target) -> Tensor:
    """[B, h, w] the sum of the network's last maps, each times its mean gradient; signed, with the maps' resolution."""
    maps = record.last_maps
    weights = slopes(record, target, maps).mean((2, 3), keepdim=True)
    return (weights * maps.output.detach()).sum(1)


def enlarged(maps: Tensor, size: int) -> Tensor:
    """[B, h, w] as [B, size, size] with the same sum: each value is spread by the weights of bilinear interpolation.

    A plain enlargement would multiply the relevance by the number of pixels, and weigh the rim differently.
    """
    import torch

    rows, columns = (torch.from_numpy(_spread(side, size)).to(maps.dtype) for side in maps.shape[1:])
    spread: Tensor = rows @ maps @ columns.T
    return spread


@lru_cache(maxsize=32)
def _spread(side: int, size: int) -> Array:
    """[size, side] weights of linear interpolation from `side` cells to `size` pixels; each cell's sum to 1."""
    at = np.clip((np.arange(size) + 0.5) * side / size - 0.5, 0, side - 1)
    weights = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(side)))
    spread: Array = weights / weights.sum(0)
    return spread
