"""Occlusion: the change of the score when a part of the inputs is removed (Zeiler
and Fergus 2014; erasure, Li et al. 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.method import METHODS, Attribution, Method
from atlas.methods.attribution.score import Score, aligned

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

GRID = 8  # patches a side


def occlusion(score: Score, inputs: Tensor, segments: Tensor) -> Tensor:
    """[P] score minus the score without each part of `segments`, which can be broadcast to the inputs."""
    import torch

    segments = aligned(segments, inputs)
    parts = torch.arange(int(segments.max()) + 1).reshape(-1, *[1] * segments.ndim)
    with torch.no_grad():
        kept = (segments[None] != parts).to(inputs.dtype)
        full = score(inputs[None])
        return full - score(kept * inputs)


def patches(size: int, grid: int) -> Tensor:
    """[size, size] the patch of each pixel, of a grid of `grid` x `grid` patches whose sides differ by at most 1."""
    import torch

    at = torch.arange(size) * grid // size
    return at[:, None] * grid + at[None]


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps in which each patch sums to the fall of the score when it becomes the mean colour."""
    import torch

    segments = patches(images.shape[-1], GRID)
    share = 1 / segments.flatten().bincount().to(images.dtype)
    drops = [occlusion(explained.score(target, row), image, segments) for row, image in enumerate(images)]
    return Attribution(torch.stack([(drop * share)[segments] for drop in drops]))


METHODS.add(
    "occlusion",
    Method(
        name="occlusion",
        title="Occlusion",
        family="perturbation",
        year=2013,
        paper="zeiler2014visualizing",
        formula="s(x) − s(x without the patch)",
        summary=f"A grid of {GRID} × {GRID} patches is laid over the image; each in turn becomes the mean colour, and "
        "the fall of the score is its relevance. No gradient is needed. What two patches show alike is missed: without "
        "one of them the other still carries the score. The edges of the patch can raise scores of their own.",
        attribute=attribute,
        needs="scores",
        forward=GRID**2 + 1,
        backward=0,
        coarse=True,
        parameters={"grid": GRID, "replacement": "mean colour"},
    ),
)
