"""Class activation maps (Selvaraju et al. 2017): the last maps of a network, weighted by mean gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.propagation import Recorded
    from atlas.methods.attribution.target import Target


def grad_cam(record: Recorded, target: Target) -> Tensor:
    """[B, h, w] the sum of the network's last maps, each times its mean gradient; signed, with the maps' resolution."""
    from atlas.methods.attribution.propagation import gradient

    maps = record.last_maps
    slopes = record.back(target.weights.to(maps.output.dtype), gradient, to=maps.node)
    weights = slopes.mean((2, 3), keepdim=True)
    return (weights * maps.output.detach()).sum(1)


def enlarged(maps: Tensor, size: int) -> Tensor:
    """[B, h, w] as [B, size, size], bilinear."""
    from torch.nn.functional import interpolate

    return interpolate(maps[:, None], (size, size), mode="bilinear")[:, 0]
