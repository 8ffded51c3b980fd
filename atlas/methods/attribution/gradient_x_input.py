"""Gradient x input: the linear approximation of the score's change when an input is removed (Shrikumar et al. 2016)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.methods.attribution.score import Score, gradients

if TYPE_CHECKING:
    from torch import Tensor


def gradient_x_input(score: Score, inputs: Tensor) -> Tensor:
    """[…] attributions of the entries of `inputs` […], in units of the score."""
    return gradients(score, inputs[None])[0] * inputs
