"""A control: a map of noise, which says nothing about the image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target


def attribute(_explained: Explained, images: Tensor, _target: Target, seeds: Sequence[int]) -> Attribution:
    """Standard normal maps."""
    import torch

    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    return Attribution(torch.stack([torch.randn(images.shape[-2:], generator=one) for one in generators]))


METHODS.add(
    "random-map",
    Method(
        name="random-map",
        title="Random map",
        family="control",
        year=0,
        paper="",
        formula="n ~ N(0, 1)",
        summary="Noise from a seed. A score that does not tell a method from it measures nothing.",
        attribute=attribute,
        needs="nothing",
        forward=0,
        backward=0,
        seeded=True,
    ),
)
