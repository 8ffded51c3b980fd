"""Gradient x input: the linear approximation of the score's change when an input is removed (Shrikumar et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.method import METHODS, Attribution, Method
from atlas.methods.attribution.saliency import image_gradients
from atlas.methods.attribution.score import Score, gradients

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target


def gradient_x_input(score: Score, inputs: Tensor) -> Tensor:
    """[B, …] attributions of the entries of `inputs` [B, …], in units of the score."""
    return gradients(score, inputs) * inputs


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps of the normalized images: an input is removed where it becomes the mean colour."""
    return Attribution((image_gradients(explained, images, target) * images).sum(1))


METHODS.add(
    "gradient-x-input",
    Method(
        name="gradient-x-input",
        title="Gradient × input",
        family="gradient",
        year=2016,
        paper="shrikumar2016black",
        formula="Σ_c x_c · ∂s/∂x_c",
        summary="Each pixel times the gradient of the score with respect to it: how far the score would fall, were the "
        "network linear, if the pixel became the mean colour.",
        attribute=attribute,
    ),
)
