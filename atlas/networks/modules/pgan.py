"""The generator of Progressive GAN (Karras et al. 2018): two 3 x 3 convolutions at each of several doubled scales."""

from __future__ import annotations

import math
from itertools import pairwise

from torch import Tensor, nn
from torch.nn.functional import interpolate

LEAK, EPS = 0.2, 1e-8


class PixelNorm(nn.Module):
    """Scale the channels of each position to unit mean square; channels are the second axis."""

    def forward(self, maps: Tensor) -> Tensor:
        return maps * ((maps**2).mean(1, keepdim=True) + EPS).rsqrt()


class PGAN(nn.Module):
    """z [N, Z] to RGB [N, 3, S, S], approximately in [-1, 1]; S = 4 * 2 ** (scales - 1).

    The weights are those of the file times He's constant, which the published module multiplies in as it runs
    (`equalized`).
    """

    def __init__(self, z: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.normalizationLayer = PixelNorm()
        self.formatLayer = nn.Linear(z, 16 * widths[0])
        self.groupScale0 = nn.ModuleList([nn.Conv2d(widths[0], widths[0], 3, padding=1)])
        self.scaleLayers = nn.ModuleList(
            nn.ModuleList([nn.Conv2d(inputs, outputs, 3, padding=1), nn.Conv2d(outputs, outputs, 3, padding=1)])
            for inputs, outputs in pairwise(widths)
        )
        self.toRGB = nn.Conv2d(widths[-1], 3, 1)
        self.leakyRelu = nn.LeakyReLU(LEAK)
        self.ends = nn.ModuleList(PixelNorm() for _ in widths)  # the output of each scale, after its last normalization

    def forward(self, z: Tensor) -> Tensor:
        maps = self.leakyRelu(self.formatLayer(self.normalizationLayer(z)))
        maps = self.normalizationLayer(maps.reshape(len(z), -1, 4, 4))
        for number, end in enumerate(self.ends):
            if number:
                maps = interpolate(maps, scale_factor=2.0)
                maps = self.normalizationLayer(self.leakyRelu(self.scaleLayers[number - 1].get_submodule("0")(maps)))
            last = self.scaleLayers[number - 1].get_submodule("1") if number else self.groupScale0[0]
            maps = end(self.leakyRelu(last(maps)))
        rgb: Tensor = self.toRGB(maps)
        return rgb


def equalized(weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """Weight [outputs, ...] and bias times He's constant sqrt(2 / inputs), as the published module has at run time."""
    constant = math.sqrt(2 / weight[0].numel())
    return weight * constant, bias * constant
