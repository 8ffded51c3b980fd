"""Score-CAM (Wang et al. 2020): each of the last maps is weighted by the score of the image seen through it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.class_activation import enlarged, slopes
from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

CHANNELS = 64  # of the last maps: those whose share of Grad-CAM is the largest; all where there are fewer


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps of positive relevance; what a map hides becomes the mean colour."""
    import torch

    from atlas.methods.attribution.propagation import Recorded

    record = Recorded(explained.graph, images)
    operation = record.last_maps
    maps, size = operation.output.detach(), images.shape[-1]
    shares = (slopes(record, target, operation).mean((2, 3), keepdim=True) * maps).sum((2, 3)).abs()
    found = []
    for row, image in enumerate(images):
        chosen = shares[row].topk(min(CHANNELS, maps.shape[1])).indices.sort().values
        own = maps[row, chosen]
        found.append((through(explained, target, row, image, own)[:, None, None] * own).sum(0).clamp(min=0))
    return Attribution(enlarged(torch.stack(found), size))


def through(explained: Explained, target: Target, row: int, image: Tensor, maps: Tensor) -> Tensor:
    """[K] weights of `maps` [K, h, w]: the softmax of the scores of the image times each map, scaled to [0, 1]."""
    import torch
    from torch.nn.functional import interpolate

    masks = interpolate(maps[:, None], image.shape[-2:], mode="bilinear")
    low, high = masks.amin((1, 2, 3), keepdim=True), masks.amax((1, 2, 3), keepdim=True)
    masks = (masks - low) / (high - low).clamp(min=1e-12)
    with torch.no_grad():
        return explained.score(target, row)(image * masks).softmax(0)


METHODS.add(
    "score-cam",
    Method(
        name="score-cam",
        title="Score-CAM",
        family="cam",
        year=2020,
        paper="wang2020scorecam",
        formula="(Σ_k w_k A_k)⁺, w = softmax of s(x · A_k)",
        summary="Without a gradient: the image is shown through each of the last maps, enlarged and scaled to [0, 1], "
        "and the map is weighted by the softmax of the scores. Of wide layers the "
        f"{CHANNELS} maps with the largest share of Grad-CAM are used. The map has no negative part.",
        attribute=attribute,
        needs="graph",
        forward=CHANNELS + 1,
        coarse=True,
        parameters={"channels": CHANNELS},
    ),
)
