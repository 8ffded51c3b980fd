"""Occlusion: the change of the score when a part of the inputs is removed (Zeiler and Fergus 2014; erasure, Li et al. 2016)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.methods.attribution.score import Score, aligned

if TYPE_CHECKING:
    from torch import Tensor


def occlusion(score: Score, inputs: Tensor, segments: Tensor) -> Tensor:
    """[P] score minus the score without each part of `segments`, which can be broadcast to the inputs."""
    import torch

    segments = aligned(segments, inputs)
    parts = torch.arange(int(segments.max()) + 1).reshape(-1, *[1] * segments.ndim)
    with torch.no_grad():
        kept = (segments[None] != parts).to(inputs.dtype)
        full = score(inputs[None])
        return full - score(kept * inputs)
