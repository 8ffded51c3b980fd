"""A small convolutional network that predicts the latent vector of a picture."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

WIDTHS = (32, 64, 128, 256)
"""Of the four strided convolutions for 64 pixels; a picture of 32 pixels takes the last three."""


class LatentReader(nn.Module):
    """RGB [N, 3, S, S] in [-1, 1], S = 32 or 64, to [N, `free`]: strided convolutions to 4 x 4, one dense layer."""

    def __init__(self, free: int, size: int) -> None:
        super().__init__()
        halvings = (size // 4).bit_length() - 1
        parts: list[nn.Module] = []
        for inputs, outputs in pairwise((3, *WIDTHS[-halvings:])):
            parts += [nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
        self.trunk = nn.Sequential(*parts)
        self.dense = nn.Linear(WIDTHS[-1] * 16, free)

    def forward(self, rgb: Tensor) -> Tensor:
        z: Tensor = self.dense(self.trunk(rgb).flatten(1))
        return z
