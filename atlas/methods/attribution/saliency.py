"""Saliency (Simonyan, Vedaldi and Zisserman 2013): the gradient of the score with respect to the pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.method import METHODS, Attribution, Method
from atlas.methods.attribution.score import gradients
from atlas.runtime.memory import keep_last

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target


def _key(explained: Explained, images: Tensor, target: Target) -> str:
    return explained.key(images, target)


@keep_last(_key)
def image_gradients(explained: Explained, images: Tensor, target: Target) -> Tensor:
    """[B, 3, S, S] gradients of the scores with respect to normalized images; the last ones are kept for others."""
    return gradients(explained.score(target), images)


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps of the signed gradient, summed over the colours."""
    return Attribution(image_gradients(explained, images, target).sum(1))


METHODS.add(
    "saliency",
    Method(
        name="saliency",
        title="Saliency",
        family="gradient",
        year=2013,
        paper="simonyan2014deep",
        formula="Σ_c ∂s/∂x_c",
        summary="The gradient of the score with respect to each pixel, with its sign, summed over the three colours: "
        "how much the score rises if the pixel becomes a little lighter. It describes the score close to the image "
        "only, and says nothing of how much a pixel contributed. The paper takes the largest absolute value of the "
        "three colours; the sign is kept here so that evidence for and against can be seen.",
        attribute=attribute,
    ),
)
