"""Gradients of noisy copies of an image, which SmoothGrad and VarGrad share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.core.seeds import name_seed
from atlas.methods.attribution.score import Score, gradients
from atlas.runtime.memory import keep_last

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

SAMPLES = 16
LEVEL = 0.15  # standard deviation of the noise, as a share of the image's range


def noise(inputs: Tensor, seed: int, *, samples: int) -> Tensor:
    """[N, …] standard normal noise of the shape of `inputs`: sample n depends on the seed and n alone."""
    import torch

    drawn = []
    for sample in range(samples):
        generator = torch.Generator().manual_seed(name_seed(f"noise {sample}", seed))
        drawn.append(torch.randn(inputs.shape, generator=generator, dtype=inputs.dtype))
    return torch.stack(drawn)


def noisy_moments(score: Score, inputs: Tensor, seed: int, *, samples: int, level: float) -> tuple[Tensor, Tensor]:
    """[…] mean and variance of the gradient over noisy copies of `inputs` […].

    The noise has a standard deviation of `level` times the range of the inputs.
    """
    spread = level * (inputs.max() - inputs.min())
    found = gradients(score, inputs + spread * noise(inputs, seed, samples=samples))
    return found.mean(0), found.var(0)


def _key(explained: Explained, images: Tensor, target: Target, seeds: Sequence[int]) -> str:
    return explained.key(images, target, tuple(seeds))


@keep_last(_key)
def image_moments(explained: Explained, images: Tensor, target: Target, seeds: Sequence[int]) -> tuple[Tensor, Tensor]:
    """[B, 3, S, S] mean and variance of the gradients of noisy copies; the last ones are kept for others."""
    import torch

    rows = [
        noisy_moments(explained.score(target, row), image, seed, samples=SAMPLES, level=LEVEL)
        for row, (image, seed) in enumerate(zip(images, seeds, strict=True))
    ]
    return torch.stack([mean for mean, _ in rows]), torch.stack([variance for _, variance in rows])
