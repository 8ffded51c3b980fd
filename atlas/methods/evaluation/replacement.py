"""What takes the place of removed pixels: each kind leaves the distribution of images in its own way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from atlas.core.seeds import name_seed
from atlas.methods.attribution.meaningful_perturbation import blurred

if TYPE_CHECKING:
    from torch import Tensor

NOISE = 0.1  # standard deviation around the mean colour, in normalized units


def noisy_mean(images: Tensor, seeds: Sequence[int]) -> Tensor:
    """The mean colour of each image [B, 3, S, S] with a little noise, after ROAD (Rong et al. 2022).

    A plain mean would draw the outline of what was removed.
    """
    import torch

    drawn = []
    for image, seed in zip(images, seeds, strict=True):
        generator = torch.Generator().manual_seed(name_seed("replacement", seed))
        drawn.append(image.mean((1, 2), keepdim=True) + NOISE * torch.randn(image.shape, generator=generator))
    return torch.stack(drawn)


# Of images, the same images without their object (the real ground; images without a mask as they are), and seeds.
REPLACEMENTS: dict[str, Callable[[Tensor, Tensor, Sequence[int]], Tensor]] = {
    "blur": lambda images, _grounds, _seeds: blurred(images),
    "noisy mean": lambda images, _grounds, seeds: noisy_mean(images, seeds),
    "real ground": lambda _images, grounds, _seeds: grounds,
}
