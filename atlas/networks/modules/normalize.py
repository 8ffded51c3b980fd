"""The input normalization of all image networks."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from atlas.core.specs import NetworkSpec


class Normalize(nn.Module):
    """`(rgb - mean) / std` by channel: RGB [N, 3, H, W] in [0, 1] to the input of the network of `spec`.

    The memory format is that of the images.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(spec.mean).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(spec.std).view(3, 1, 1), persistent=False)

    def forward(self, rgb: Tensor) -> Tensor:
        """The network's input [N, 3, H, W]."""
        return (rgb - self.mean) / self.std

    def inverse(self, normalized: Tensor) -> Tensor:
        """RGB [N, 3, H, W], not clamped, of a network's input."""
        return normalized * self.std + self.mean
