"""The generator of BigGAN-deep (Brock et al. 2019): residual bottlenecks, normalizations conditioned on z and class."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d

EPS = 1e-4
BLOCKS = (
    (16, 16, False),
    (16, 16, True),
    (16, 16, False),
    (16, 8, True),
    (8, 8, False),
    (8, 4, True),
    (4, 4, False),
    (4, 2, True),
    (2, 2, False),
    (2, 1, True),
)
"""For 128 pixels: inputs and outputs as multiples of the width, and whether the map is doubled."""
ATTENTION = 8  # in front of this block


class Norm(nn.Module):
    """Batch normalization with fixed statistics; gain and offset are linear in the condition [N, D]."""

    def __init__(self, units: int, condition: int) -> None:
        super().__init__()
        self.running_mean: Tensor
        self.running_var: Tensor
        self.register_buffer("running_mean", torch.zeros(units))
        self.register_buffer("running_var", torch.ones(units))
        self.scale = nn.Linear(condition, units, bias=False)
        self.offset = nn.Linear(condition, units, bias=False)

    def forward(self, maps: Tensor, condition: Tensor) -> Tensor:
        gain = (1 + self.scale(condition)) * (self.running_var + EPS).rsqrt()
        offset = self.offset(condition) - self.running_mean * gain
        output: Tensor = maps * gain[:, :, None, None] + offset[:, :, None, None]
        return output


class Block(nn.Module):
    """A residual bottleneck of four convolutions; the identity drops its last channels where the output has fewer."""

    def __init__(self, inputs: int, outputs: int, condition: int, *, grows: bool) -> None:
        super().__init__()
        inner = inputs // 4
        self.grows, self.outputs = grows, outputs
        widths = (inputs, inner, inner, inner, outputs)
        for number, kernel in enumerate((1, 3, 3, 1)):
            self.add_module(f"bn_{number}", Norm(widths[number], condition))
            self.add_module(f"relu_{number}", nn.ReLU())
            self.add_module(
                f"conv_{number}", nn.Conv2d(widths[number], widths[number + 1], kernel, padding=kernel // 2)
            )

    def forward(self, maps: Tensor, condition: Tensor) -> Tensor:
        skip, inner = maps[:, : self.outputs], maps
        for number in range(4):
            inner = self.get_submodule(f"relu_{number}")(self.get_submodule(f"bn_{number}")(inner, condition))
            if self.grows and number == 1:
                skip, inner = interpolate(skip, scale_factor=2.0), interpolate(inner, scale_factor=2.0)
            inner = self.get_submodule(f"conv_{number}")(inner)
        return inner + skip


class Attention(nn.Module):
    """Self-attention (Zhang et al. 2019): each position adds an attention-weighted mean over the pooled map."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.snconv1x1_theta = nn.Conv2d(units, units // 8, 1, bias=False)
        self.snconv1x1_phi = nn.Conv2d(units, units // 8, 1, bias=False)
        self.snconv1x1_g = nn.Conv2d(units, units // 2, 1, bias=False)
        self.snconv1x1_o_conv = nn.Conv2d(units // 2, units, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, maps: Tensor) -> Tensor:
        query = self.snconv1x1_theta(maps).flatten(2)
        key = max_pool2d(self.snconv1x1_phi(maps), 2).flatten(2)
        value = max_pool2d(self.snconv1x1_g(maps), 2).flatten(2)
        weight = torch.softmax(query.transpose(1, 2) @ key, dim=-1)  # [N, positions, pooled positions]
        mixed = (value @ weight.transpose(1, 2)).reshape(len(maps), -1, *maps.shape[2:])
        output: Tensor = maps + self.gamma * self.snconv1x1_o_conv(mixed)
        return output


class Trunk(nn.Module):
    """The condition [N, 2 Z] (noise and class embedding) to RGB [N, 3, S, S] in [-1, 1]."""

    def __init__(self, noise: int, width: int) -> None:
        super().__init__()
        condition = 2 * noise
        self.width = width
        self.gen_z = nn.Linear(condition, 4 * 4 * 16 * width)
        layers: list[nn.Module] = [
            Block(inputs * width, outputs * width, condition, grows=grows) for inputs, outputs, grows in BLOCKS
        ]
        layers.insert(ATTENTION, Attention(BLOCKS[ATTENTION][0] * width))
        self.layers = nn.ModuleList(layers)
        self.bn = nn.BatchNorm2d(width, eps=EPS)
        self.relu = nn.ReLU()
        self.conv_to_rgb = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, condition: Tensor) -> Tensor:
        # The published layer gives channels last.
        maps = self.gen_z(condition).reshape(-1, 4, 4, 16 * self.width).permute(0, 3, 1, 2)
        for layer in self.layers:
            maps = layer(maps) if isinstance(layer, Attention) else layer(maps, condition)
        rgb: Tensor = self.conv_to_rgb(self.relu(self.bn(maps)))
        return rgb.tanh()


class BigGAN(nn.Module):
    """z [N, noise + K] to RGB [N, 3, S, S]: truncated noise, then one of the K `chosen` classes as one-hot columns."""

    def __init__(
        self, chosen: tuple[int, ...], truncation: float, *, noise: int = 128, width: int = 128, classes: int = 1000
    ) -> None:
        super().__init__()
        self.chosen, self.truncation, self.noise = list(chosen), truncation, noise
        self.embeddings = nn.Linear(classes, noise, bias=False)
        self.generator = Trunk(noise, width)

    def forward(self, z: Tensor) -> Tensor:
        embedded = z[:, self.noise :] @ self.embeddings.weight[:, self.chosen].T
        rgb: Tensor = self.generator(torch.cat([self.truncation * z[:, : self.noise], embedded], 1))
        return rgb
