"""Integrated gradients from the zero baseline (Sundararajan, Taly and Yan 2017): they sum to score(inputs) - score(0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from atlas.methods.attribution.score import Score, gradients

if TYPE_CHECKING:
    from torch import Tensor


def integrated_gradients(score: Score, inputs: Tensor, *, steps: int) -> Tensor:
    """[…] attributions of the entries of `inputs` […], in units of the score.

    The mean gradient on the straight way from zero, by the Gauss-Legendre rule of so many `steps` (one batch), times the
    inputs.
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
