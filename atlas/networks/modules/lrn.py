"""Local response normalization (Krizhevsky et al. 2012, section 3.3) as a convolution over the channels."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class LocalResponseNorm(nn.Module):
    """`x / (k + alpha / size * sum of the squares of `size` neighbouring channels) ** 0.75`; [N, C, H, W] to the same.

    The same as `torch.nn.LocalResponseNorm(size, alpha, 0.75, k)`, several times faster on a CPU: the sum is a
    1 x 1 convolution with a band matrix, the power two reciprocal square roots.
    """

    band: Tensor

    def __init__(self, channels: int, *, size: int = 5, alpha: float = 1e-4, k: float = 2.0) -> None:
        super().__init__()
        index = torch.arange(channels)
        distance = index[None, :] - index[:, None]
        band = (distance >= -(size // 2)) & (distance <= (size - 1) // 2)
        self.register_buffer("band", (band.float() * (alpha / size))[:, :, None, None], persistent=False)
        self.k = k

    def forward(self, x: Tensor) -> Tensor:
        """The normalized input."""
        root = (F.conv2d(x * x, self.band) + self.k).rsqrt()
        return x * (root * root.sqrt())
