"""Whether a map lies on what it should: the object's mask, or the quarter of its class in a grid of images."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def pointing(maps: Tensor, masks: Tensor) -> Tensor:
    """[M] 1 where the largest value of a map [M, S, S] lies on its mask, else 0 (Zhang et al. 2018)."""
    import torch

    best = maps.flatten(1).argmax(1)
    return masks.flatten(1)[torch.arange(len(maps)), best].double()


def mass(maps: Tensor, masks: Tensor) -> Tensor:
    """[M] share of a map's positive relevance on its mask; NaN where there is none. By chance: the mask's area."""
    positive = maps.clamp(min=0).double()
    total = positive.sum((1, 2))
    share: Tensor = (positive * masks).sum((1, 2)) / total
    return share.masked_fill(total <= 0, float("nan"))


def grid_of(images: Tensor) -> Tensor:
    """[3, S, S] four images [4, 3, S, S] at half size, in two rows."""
    import torch
    from torch.nn.functional import interpolate

    half = images.shape[-1] // 2
    small = interpolate(images, (half, half), mode="bilinear", antialias=True)
    return torch.cat([torch.cat(list(row), 2) for row in (small[:2], small[2:])], 1)


def quarter(size: int, place: int) -> Tensor:
    """[size, size] bool: quarter `place` (0 to 3) of a grid of four images."""
    import torch

    half = torch.arange(size) // (size // 2)
    return (half[:, None] == place // 2) & (half[None] == place % 2)
