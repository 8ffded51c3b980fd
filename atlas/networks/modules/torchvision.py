"""torchvision's GoogLeNet without in-place ReLUs, which would overwrite what is tapped."""

from __future__ import annotations

from functools import partial
from typing import Any

from torch import Tensor, nn
from torchvision.models.googlenet import GoogLeNet, Inception, InceptionAux


class Convolution(nn.Module):
    """Convolution, batch normalization (epsilon 0.001), ReLU, with torchvision's names; `bn` is what the atlas taps."""

    def __init__(self, inputs: int, outputs: int, **kwargs: Any) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, bias=False, **kwargs)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """The rectified, normalized convolution."""
        rectified: Tensor = self.relu(self.bn(self.conv(x)))
        return rectified


def googlenet() -> nn.Module:
    """[N, 3, 224, 224] to [N, 1000]; the input is normalized by 0.5 and 0.5."""
    network: nn.Module = GoogLeNet(
        aux_logits=False,
        transform_input=False,
        init_weights=False,
        blocks=[Convolution, partial(Inception, conv_block=Convolution), InceptionAux],
    )
    return network
