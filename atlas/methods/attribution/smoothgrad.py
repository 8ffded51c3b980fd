"""SmoothGrad (Smilkov et al. 2017): the mean gradient of noisy copies of the image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.method import METHODS, Attribution, Method
from atlas.methods.attribution.noise import LEVEL, SAMPLES, image_moments

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target


def attribute(explained: Explained, images: Tensor, target: Target, seeds: Sequence[int]) -> Attribution:
    """Maps of the signed mean gradient, summed over the colours."""
    mean, _ = image_moments(explained, images, target, seeds)
    return Attribution(mean.sum(1))


METHODS.add(
    "smoothgrad",
    Method(
        name="smoothgrad",
        title="SmoothGrad",
        family="gradient",
        year=2017,
        paper="smilkov2017smoothgrad",
        formula="Σ_c E[∂s/∂x_c (x + n)], n ~ N(0, σ²)",
        summary="The gradient of a network of ReLUs changes abruptly from pixel value to pixel value. The method "
        "averages the gradients of copies of the image with normal noise, so that only what neighbouring images share "
        "remains. The noise has a standard deviation of 15 % of the image's range.",
        attribute=attribute,
        forward=SAMPLES,
        backward=SAMPLES,
        seeded=True,
        parameters={"samples": SAMPLES, "noise": LEVEL},
    ),
)
