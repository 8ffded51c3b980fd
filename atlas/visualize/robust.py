"""Random views that a picture must survive: shift, scale and rotation, drawn per image and step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Views:
    """One view per image: `shifts` [..., 2] in shares of the side, and matrices [..., 2, 3] of scale and rotation.

    A matrix leads from output to input, in the coordinates of `grid_sample`.
    """

    shifts: Tensor
    matrices: Tensor

    def __getitem__(self, step: int) -> Views:
        return Views(self.shifts[step], self.matrices[step])

    def to(self, device: torch.device) -> Views:
        """The same on `device`."""
        return Views(self.shifts.to(device), self.matrices.to(device))

    def turn(self, rgb: Tensor) -> Tensor:
        """Scale and rotate pictures `[image, 3, size, size]`; what lies outside of one is its mirror image.

        lucid's grey outside is an edge that early units would rather see than anything inside.
        """
        grid = functional.affine_grid(self.matrices, list(rgb.shape), align_corners=False)
        return functional.grid_sample(rgb, grid, padding_mode="reflection", align_corners=False)


@dataclass(frozen=True)
class Robustness:
    """Shift up to `jitter` of the side, scale by 1 +- `scale`, rotate by +- `rotate` degrees, all uniform.

    lucid's pad, jitter, scale, rotate, jitter (`optvis/transform.py`) with one resampling; the shift is a phase of the
    picture's waves (`FourierImage.render`), so what leaves on one side enters on the other.
    """

    jitter: float = 1 / 12
    scale: float = 0.1
    rotate: float = 10.0

    def draw(self, generator: torch.Generator, count: int) -> Views:
        """`count` views, always the same numbers of `generator`."""
        spread = torch.rand(count, 4, generator=generator) * 2 - 1
        angle = spread[:, 0] * math.radians(self.rotate)
        zoom = 1 + spread[:, 1] * self.scale
        cosine, sine, zero = torch.cos(angle) / zoom, torch.sin(angle) / zoom, torch.zeros(count)
        rows = (torch.stack((cosine, -sine, zero), 1), torch.stack((sine, cosine, zero), 1))
        return Views(spread[:, 2:] * self.jitter, torch.stack(rows, dim=1))

    def draw_all(self, generators: list[torch.Generator], steps: int) -> Views:
        """For each of `steps` one view per generator: shifts [step, image, 2], matrices [step, image, 2, 3]."""
        drawn = [self.draw(generator, steps) for generator in generators]
        return Views(
            torch.stack([views.shifts for views in drawn], dim=1),
            torch.stack([views.matrices for views in drawn], dim=1),
        )
