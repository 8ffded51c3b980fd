"""Transformation robustness: one random affine resampling for each image and step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Robustness:
    """Shift up to `jitter` of the side, scale by 1 +- `scale`, rotate by +- `rotate` degrees, all uniform.

    lucid's pad, jitter, scale, rotate, jitter (`optvis/transform.py`) as one transform. The picture is continued by its
    mirror image or, with `wrap`, periodically, since the edge of lucid's grey padding excites many units.
    """

    jitter: float = 1 / 12
    scale: float = 0.1
    rotate: float = 10.0
    wrap: bool = False

    def draw(self, generator: torch.Generator, count: int) -> Tensor:
        """Draw `count` transforms as affine matrices `[count, 2, 3]`, output to input in coordinates of grid_sample."""
        spread = torch.rand(count, 4, generator=generator) * 2 - 1
        angle = spread[:, 0] * math.radians(self.rotate)
        zoom = 1 + spread[:, 1] * self.scale
        shift = spread[:, 2:] * self.jitter * 2  # the side is 2 long
        cosine, sine = torch.cos(angle) / zoom, torch.sin(angle) / zoom
        rows = (torch.stack((cosine, -sine, shift[:, 0]), 1), torch.stack((sine, cosine, shift[:, 1]), 1))
        return torch.stack(rows, dim=1)

    def apply(self, rgb: Tensor, matrices: Tensor) -> Tensor:
        """Transform each picture `[image, 3, size, size]` by its matrix `[image, 2, 3]`."""
        grid = functional.affine_grid(matrices, list(rgb.shape), align_corners=False)
        if self.wrap:
            return functional.grid_sample(rgb, (grid + 1) % 2 - 1, padding_mode="border", align_corners=False)
        return functional.grid_sample(rgb, grid, padding_mode="reflection", align_corners=False)
