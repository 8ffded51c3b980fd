"""Grad-CAM++ (Chattopadhay et al. 2018): positions with a positive gradient weigh a map, by a second-order rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.class_activation import enlarged, slopes
from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps of positive relevance."""
    from atlas.methods.attribution.propagation import Recorded

    record = Recorded(explained.graph, images)
    maps = record.last_maps
    return Attribution(enlarged(weighted(maps.output.detach(), slopes(record, target, maps)), images.shape[-1]))


def weighted(maps: Tensor, gradients: Tensor) -> Tensor:
    """[B, h, w] from maps and gradients [B, K, h, w]: equation 19 of the paper, with exp(s) as the score."""
    total = maps.sum((2, 3), keepdim=True)
    below = 2 * gradients**2 + total * gradients**3
    alpha = gradients**2 / below.where(below != 0, 1.0)
    weights = (alpha * gradients.clamp(min=0)).sum((2, 3), keepdim=True)
    return (weights * maps).sum(1).clamp(min=0)


METHODS.add(
    "grad-cam-pp",
    Method(
        name="grad-cam-pp",
        title="Grad-CAM++",
        family="cam",
        year=2018,
        paper="chattopadhay2018gradcam",
        formula="(Σ_k w_k A_k)⁺, w_k = Σ α_k (∂s/∂A_k)⁺",
        summary="Like Grad-CAM, but a map is weighted by its positive gradients alone, each with a coefficient from "
        "the second and third derivatives of exp(s), which for a network of ReLUs follow from the gradient. So several "
        "objects of one class are meant to count alike. The map has no negative part.",
        attribute=attribute,
        needs="graph",
        coarse=True,
    ),
)
