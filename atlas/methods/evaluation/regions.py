"""Regions of an image, and the relevance that a map gives to each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

GROUND_CELLS = 4  # a side, of the grid whose cells outside the object are regions of ground
REGIONS = 3 + GROUND_CELLS**2  # the object, its halves, the cells


def patch_masks(size: int, grid: int) -> Tensor:
    """[grid², size, size] bool: the patches of a grid, row by row."""
    import torch

    at = torch.arange(size) * grid // size
    patch = at[:, None] * grid + at[None]
    return patch[None] == torch.arange(grid**2)[:, None, None]


def object_regions(mask: Tensor) -> Tensor:
    """[REGIONS, S, S] bool of an object's mask [S, S]: the object, its two halves, the cells of ground.

    The object is halved across its longer side, into parts of equal area; cells that touch the object are empty.
    """
    import torch

    rows, columns = mask.nonzero(as_tuple=True)
    across = int(rows.max() - rows.min()) < int(columns.max() - columns.min())
    at = columns if across else rows
    line = torch.arange(mask.shape[0])
    first = (line <= at.median())[None, :] if across else (line <= at.median())[:, None]
    cells = patch_masks(mask.shape[0], GROUND_CELLS)
    free = ~(cells & mask).flatten(1).any(1)
    return torch.cat([torch.stack([mask, mask & first, mask & ~first]), cells & free[:, None, None]])


def relevance(maps: Tensor, regions: Tensor) -> Tensor:
    """[M, R] sums of maps [M, S, S] over regions [R, S, S]; NaN where a region is empty."""
    sums = maps.flatten(1).double() @ regions.flatten(1).double().T
    return sums.masked_fill(~regions.flatten(1).any(1), float("nan"))
