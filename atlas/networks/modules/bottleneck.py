"""timm's ResNet of bottleneck blocks, with the sum before each block's last ReLU as a module that can be tapped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from timm.models.resnet import Bottleneck, ResNet
from torch import Tensor, nn


class SummedBottleneck(Bottleneck):  # type: ignore[misc]  # timm carries no types
    """timm's three-convolution block with the same parameters under the same names, and `sum`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sum = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """The sum of skip and residual, rectified."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.act1(self.bn1(self.conv1(x)))
        x = self.act2(self.bn2(self.conv2(x)))
        x = self.bn3(self.conv3(x))
        if self.se is not None:
            x = self.se(x)
        rectified: Tensor = self.act3(self.sum(x + shortcut))
        return rectified


def bottleneck_network(depths: Sequence[int], *, gated: bool = False, **settings: Any) -> nn.Module:
    """[N, 3, 224, 224] to [N, 1000]; `gated` adds squeeze-and-excitation to every block, `settings` are timm's own."""
    block_args = {"attn_layer": "se"} if gated else {}
    network: nn.Module = ResNet(block=SummedBottleneck, layers=tuple(depths), block_args=block_args, **settings)
    return network
