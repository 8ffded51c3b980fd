"""A control: the image's own edges (Sobel), which no network has part in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target


def attribute(_explained: Explained, images: Tensor, _target: Target, _seeds: Sequence[int]) -> Attribution:
    """Positive maps: the length of the gradient of the mean of the colours, by Sobel's filters."""
    import torch
    from torch.nn.functional import conv2d, pad

    grey = pad(images.mean(1, keepdim=True), (1, 1, 1, 1), mode="replicate")
    across = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
    filters = torch.stack([across, across.T])[:, None]
    return Attribution(conv2d(grey, filters).norm(dim=1))


METHODS.add(
    "edges",
    Method(
        name="edges",
        title="Edges of the image",
        family="control",
        year=1,
        paper="",
        formula="|∇ image|",
        summary="The edges of the image by Sobel's filters, without any network. Many maps look convincing because "
        "they show edges; a method is worth more only where it scores higher.",
        attribute=attribute,
        needs="nothing",
        forward=0,
        backward=0,
    ),
)
