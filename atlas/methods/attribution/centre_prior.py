"""A control: the middle of the frame, where photographers put what they show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

SPREAD = 0.25  # standard deviation, as a share of the side


def attribute(_explained: Explained, images: Tensor, _target: Target, _seeds: Sequence[int]) -> Attribution:
    """The same positive map for every image."""
    import torch

    side = images.shape[-1]
    line = torch.exp(-(((torch.arange(side) + 0.5) / side - 0.5) ** 2) / (2 * SPREAD**2))
    return Attribution((line[:, None] * line[None]).expand(len(images), -1, -1).clone())


METHODS.add(
    "centre-prior",
    Method(
        name="centre-prior",
        title="Centre of the frame",
        family="control",
        year=2,
        paper="",
        formula="exp(−|p − centre|² / 2σ²)",
        summary="A bell over the middle of the frame, the same for every image. Objects lie there, so it points at "
        "them without seeing anything.",
        attribute=attribute,
        needs="nothing",
        forward=0,
        backward=0,
        parameters={"spread": SPREAD},
    ),
)
