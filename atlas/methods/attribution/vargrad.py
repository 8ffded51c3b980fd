"""VarGrad (Adebayo et al. 2018): the variance of the gradient over noisy copies of the image."""

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
    """Maps of the variance, summed over the colours: never negative."""
    _, variance = image_moments(explained, images, target, seeds)
    return Attribution(variance.sum(1))


METHODS.add(
    "vargrad",
    Method(
        name="vargrad",
        title="VarGrad",
        family="gradient",
        year=2018,
        paper="adebayo2018local",
        formula="Σ_c Var[∂s/∂x_c (x + n)], n ~ N(0, σ²)",
        summary="The variance of the gradient over the noisy copies that SmoothGrad averages: where small changes of "
        "the image switch many ReLUs. It has no sign and does not say for which class a pixel counts; a later "
        "benchmark found that removing its largest pixels harms a retrained network more than with SmoothGrad.",
        attribute=attribute,
        forward=SAMPLES,
        backward=SAMPLES,
        seeded=True,
        parameters={"samples": SAMPLES, "noise": LEVEL},
    ),
)
