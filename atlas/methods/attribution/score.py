"""What attribution methods see of a model: a score function and its inputs.

A score function maps a batch of inputs [B, …] to one score each, [B]. Methods return signed attributions: positive
where an input raises the score. Where they remove parts of the inputs, these are given as segments: an integer tensor
that can be broadcast to the inputs, with the part of each entry, from 0 to P - 1. Removed entries become zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

Score = Callable[["Tensor"], "Tensor"]


def gradients(score: Score, inputs: Tensor) -> Tensor:
    """[B, …] gradient of each score with respect to its own inputs [B, …]."""
    import torch

    with torch.enable_grad():
        leaf = inputs.clone().requires_grad_(True)
        (found,) = torch.autograd.grad(score(leaf).sum(), leaf)
    return found


def aligned(segments: Tensor, inputs: Tensor) -> Tensor:
    """The segments with as many axes as the inputs."""
    return segments.reshape(*[1] * (inputs.ndim - segments.ndim), *segments.shape)
