"""Integrated gradients from the zero baseline (Sundararajan, Taly and Yan 2017):
they sum to score(inputs) - score(0).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from atlas.methods.attribution.method import METHODS, Attribution, Method
from atlas.methods.attribution.score import Score, gradients

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

STEPS = 16


def integrated_gradients(score: Score, inputs: Tensor, *, steps: int) -> Tensor:
    """[…] attributions of the entries of `inputs` […], in units of the score.

    The mean gradient on the straight way from zero, by the Gauss-Legendre rule of so many `steps` (one batch), times
    the inputs.
    """
    import torch

    nodes, weights = np.polynomial.legendre.leggauss(steps)
    shape = (-1, *[1] * inputs.ndim)
    way = torch.as_tensor((nodes + 1) / 2, dtype=inputs.dtype).reshape(shape)
    share = torch.as_tensor(weights / 2, dtype=inputs.dtype).reshape(shape)
    return (share * gradients(score, way * inputs)).sum(0) * inputs


def incompleteness(score: Score, inputs: Tensor, attributions: float) -> float:
    """How far the sum of `attributions` is from score(inputs) - score(0), as a share of that."""
    import torch

    with torch.no_grad():
        full, none = score(torch.stack([inputs, torch.zeros_like(inputs)])).tolist()
    return float(abs(attributions - (full - none)) / max(abs(full - none), 1e-12))


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps of the normalized images; the baseline is the mean colour."""
    import torch

    maps = [
        integrated_gradients(explained.score(target, row), image, steps=STEPS).sum(0)
        for row, image in enumerate(images)
    ]
    return Attribution(torch.stack(maps), expected=explained.since_mean_colour(target, images))


METHODS.add(
    "integrated-gradients",
    Method(
        name="integrated-gradients",
        title="Integrated gradients",
        family="gradient",
        year=2017,
        paper="sundararajan2017axiomatic",
        formula="Σ_c x_c · ∫₀¹ ∂s/∂x_c (αx) dα",
        summary="The gradient is averaged over the images on the straight line from the baseline, here the mean "
        "colour (zero after normalization), to the image, and multiplied by the difference of the two. The map then "
        "sums to the score of the image minus that of the baseline; the error of the sum is that of the numerical "
        "integration, by the Gauss-Legendre rule.",
        attribute=attribute,
        promise="completeness",
        forward=STEPS + 2,
        backward=STEPS,
        parameters={"steps": STEPS, "baseline": "mean colour"},
    ),
)
