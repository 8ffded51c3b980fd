"""DCGAN (Radford et al. 2016): transposed convolutions with batch normalization, from a vector to a picture."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

SMALL = 4  # pixels of the side of a map below which a product of matrices is twice as fast


class Up(nn.ConvTranspose2d):
    """A transposed convolution, kernel 4, stride 2, that doubles a map; the same numbers whichever way they are computed."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 4, 2, 1, bias=False)

    def forward(self, maps: Tensor, output_size: list[int] | None = None) -> Tensor:
        """[N, C, h, w] to [N, outputs, 2 h, 2 w]; deep and small maps as one product with all sixteen places of the kernel.

        A traced file is for others' processors, so it holds the plain operation.
        """
        count, _, height, width = maps.shape
        if max(height, width) > SMALL or torch.jit.is_tracing():  # type: ignore[no-untyped-call, attr-defined]
            return super().forward(maps, output_size)
        kernel = self.weight.permute(0, 2, 3, 1).flatten(1)
        spread = (maps.movedim(1, 3).flatten(0, 2) @ kernel).view(count, height, width, 4, 4, -1)
        found = spread.new_zeros(count, 2 * height + 2, 2 * width + 2, spread.shape[-1])
        for y in range(4):
            for x in range(4):
                found[:, y : y + 2 * height : 2, x : x + 2 * width : 2] += spread[:, :, :, y, x]
        return found[:, 1:-1, 1:-1].movedim(3, 1)


class DCGAN(nn.Module):
    """z [N, Z] to RGB [N, 3, S, S] in [-1, 1]; the map is 4 x 4 `widths[0]` deep, then twice as large with each width."""

    def __init__(self, z: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.up1 = nn.ConvTranspose2d(z, widths[0], 4, bias=False)
        self.norm1 = nn.BatchNorm2d(widths[0])
        self.depth = len(widths)
        for number, (inputs, outputs) in enumerate(pairwise(widths), 2):
            self.add_module(f"up{number}", Up(inputs, outputs))
            self.add_module(f"norm{number}", nn.BatchNorm2d(outputs))
        for number in range(1, self.depth + 1):
            self.add_module(f"act{number}", nn.ReLU())
        self.rgb = nn.ConvTranspose2d(widths[-1], 3, 4, 2, 1, bias=False)

    def forward(self, z: Tensor) -> Tensor:
        maps = z[:, :, None, None]
        for number in range(1, self.depth + 1):
            for part in ("up", "norm", "act"):
                maps = self.get_submodule(f"{part}{number}")(maps)
        rgb: Tensor = self.rgb(maps)
        return rgb.tanh()
