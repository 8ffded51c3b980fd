"""The generator of StyleGAN2 (Karras et al. 2020): mapping to W, modulated convolutions, RGB summed over the scales."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, conv_transpose2d, leaky_relu, linear

from atlas.networks.modules.pgan import PixelNorm

LEAK, EPS = 0.2, 1e-8


def active(values: Tensor) -> Tensor:
    """Leaky ReLU times sqrt(2), which approximately preserves the variance."""
    return leaky_relu(values, LEAK) * math.sqrt(2)


def to_w(noise: Tensor, layers: Iterable[tuple[Tensor, Tensor]]) -> Tensor:
    """W [N, Z] from standard normal noise [N, Z], through layers of weight [Z, Z] and bias [Z]."""
    w: Tensor = PixelNorm()(noise)
    for weight, bias in layers:
        w = active(linear(w, weight, bias))
    return w


def taps(like: Tensor, count: int) -> Tensor:
    """The filter [1, 3, 3, 1] along both axes, once for each map: [count, 1, 4, 4].

    Its sum is 4, since three of four positions of a doubled map are zeros before it.
    """
    line = like.new_tensor([1.0, 3.0, 3.0, 1.0]) / 4
    return (line[:, None] * line).expand(count, 1, 4, 4)


class Mapping(nn.Module):
    """Noise [N, Z] to W [N, Z], centred and divided by one number, so that a column has about unit variance."""

    def __init__(self, z: int, depth: int) -> None:
        super().__init__()
        self.mean: Tensor
        self.scale: Tensor
        self.layers = nn.ModuleList(nn.Linear(z, z) for _ in range(depth))
        for layer in self.layers:
            nn.init.normal_(layer.get_parameter("weight"), std=z**-0.5)
        self.register_buffer("mean", torch.zeros(z))
        self.register_buffer("scale", torch.ones(()))

    def forward(self, noise: Tensor) -> Tensor:
        layers = ((layer.get_parameter("weight"), layer.get_parameter("bias")) for layer in self.layers)
        return (to_w(noise, layers) - self.mean) / self.scale


class Convolution(nn.Module):
    """A modulated and demodulated 3 x 3 convolution (equations 1 to 3), fixed noise and nonlinearity.

    Style and demodulation scale the maps before and after it instead of the weights: the same, without weights for each
    picture.
    """

    def __init__(self, inputs: int, outputs: int, side: int, *, grows: bool) -> None:
        super().__init__()
        self.grows, self.outputs = grows, outputs
        self.noise: Tensor
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3) / math.sqrt(9 * inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("noise", torch.zeros(1, 1, side, side))  # times its strength

    def forward(self, maps: Tensor, style: Tensor) -> Tensor:
        maps = maps * style[:, :, None, None]
        if self.grows:
            maps = conv_transpose2d(maps, self.weight.transpose(0, 1), stride=2)
            maps = conv2d(maps, taps(maps, self.outputs), padding=1, groups=self.outputs)
        else:
            maps = conv2d(maps, self.weight, padding=1)
        length = (linear(style**2, (self.weight**2).sum((2, 3))) + EPS).rsqrt()
        return active(maps * length[:, :, None, None] + self.noise + self.bias[:, None, None])


class ToRGB(nn.Module):
    """A modulated 1 x 1 convolution to RGB, not demodulated."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, inputs, 1, 1) / math.sqrt(inputs))
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, maps: Tensor, style: Tensor) -> Tensor:
        return conv2d(maps * style[:, :, None, None], self.weight, self.bias)


class StyleGAN2(nn.Module):
    """Normalized W [N, Z], the output of `mapping`, to RGB [N, 3, S, S], about in [-1, 1]; S = 4 * 2 ** (scales - 1).

    The style of every convolution, then of every scale's RGB, is a share of the outputs of `styles`, one affine step.
    Weights are those of the file times their constants, which the published module multiplies in as it runs.
    """

    def __init__(self, z: int, widths: tuple[int, ...], depth: int = 8) -> None:
        super().__init__()
        pairs = [(widths[0], widths[0]), *(pair for a, b in pairwise(widths) for pair in ((a, b), (b, b)))]
        self.mapping = Mapping(z, depth)
        self.constant = nn.Parameter(torch.randn(1, widths[0], 4, 4))
        self.convs = nn.ModuleList(
            Convolution(inputs, outputs, 4 << (number + 1) // 2, grows=number % 2 == 1)
            for number, (inputs, outputs) in enumerate(pairs)
        )
        self.rgbs = nn.ModuleList(map(ToRGB, widths))
        self.sizes = [*(inputs for inputs, _ in pairs), *widths]
        self.styles = nn.Linear(z, sum(self.sizes))
        nn.init.ones_(self.styles.bias)

    def forward(self, w: Tensor) -> Tensor:
        styles = self.styles(w * self.mapping.scale + self.mapping.mean).split(self.sizes, 1)
        maps, rgb = self.constant.expand(w.shape[0], -1, -1, -1), w.new_zeros(w.shape[0], 3, 2, 2)
        for number, conv in enumerate(self.convs):
            maps = conv(maps, styles[number])
            if number % 2 == 0:  # the last one of its scale
                rgb = conv_transpose2d(rgb, taps(rgb, 3), stride=2, padding=1, groups=3)
                rgb = rgb + self.rgbs[number // 2](maps, styles[len(self.convs) + number // 2])
        return rgb


def equalized(weight: Tensor, rate: float = 1.0) -> Tensor:
    """A published weight [outputs, ...] times the constants of its layer: learning rate / sqrt(inputs)."""
    return weight * (rate / math.sqrt(weight[0].numel()))
