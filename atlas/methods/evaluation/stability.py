"""How a map answers to what should not matter, small changes of the image and the seed, and how concentrated it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from atlas.core.seeds import name_seed

if TYPE_CHECKING:
    from torch import Tensor

RADIUS = 0.02  # largest change of a pixel, in normalized units
SAMPLES = 3


def max_sensitivity(
    attribute: Callable[[Tensor], Tensor], images: Tensor, maps: Tensor, seeds: Sequence[int]
) -> Tensor:
    """[B] the largest relative change of a map over SAMPLES changes of the image (Yeh et al. 2019)."""
    import torch

    found = []
    for sample in range(SAMPLES):
        noise = []
        for image, seed in zip(images, seeds, strict=True):
            generator = torch.Generator().manual_seed(name_seed(f"sensitivity {sample}", seed))
            noise.append(RADIUS * (2 * torch.rand(image.shape, generator=generator) - 1))
        change = (attribute(images + torch.stack(noise)) - maps).flatten(1).norm(dim=1)
        found.append(change / maps.flatten(1).norm(dim=1).clamp(min=1e-12))
    return torch.stack(found).amax(0).double()


def gini(maps: Tensor) -> Tensor:
    """[B] Gini's index of the absolute values of a map: 0 spread evenly, near 1 on a few pixels."""
    import torch

    values = maps.abs().flatten(1).double().sort(1).values
    count = values.shape[1]
    weight = 2 * torch.arange(1, count + 1, dtype=torch.float64) - count - 1
    return (values * weight).sum(1) / (count * values.sum(1)).clamp(min=1e-30)
