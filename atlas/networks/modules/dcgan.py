"""DCGAN (Radford et al. 2016): transposed convolutions with batch normalization, from a vector to a picture."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from atlas.networks.modules.up import Up


class DCGAN(nn.Module):
    """z [N, Z] to RGB [N, 3, S, S] in [-1, 1].

    The map is 4 x 4 `widths[0]` deep, then twice as large with each width.
    """

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
