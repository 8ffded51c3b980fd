"""GoogLeNet (Szegedy et al. 2014) at half its width for 64-pixel images, with batch normalization."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class ConvNorm(nn.Module):
    """Convolution, batch normalization, ReLU; the output of `bn` is what the atlas taps."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """The rectified, normalized convolution."""
        rectified: Tensor = self.relu(self.bn(self.conv(x)))
        return rectified


class Inception(nn.Module):
    """Four branches over the same input, 1x1 reductions before the wide kernels, side by side in the output."""

    def __init__(self, inputs: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        one, reduce3, three, reduce5, five, project = widths
        self.branch1 = ConvNorm(inputs, one, 1)
        self.branch2 = nn.Sequential(ConvNorm(inputs, reduce3, 1), ConvNorm(reduce3, three, 3))
        self.branch3 = nn.Sequential(ConvNorm(inputs, reduce5, 1), ConvNorm(reduce5, five, 5))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, padding=1), ConvNorm(inputs, project, 1))
        self.outputs = one + three + five + project

    def forward(self, x: Tensor) -> Tensor:
        """The four branches, concatenated along the channels."""
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class Auxiliary(nn.Module):
    """A classifier on inception 4a that feeds gradients to the early layers while training; unused afterwards."""

    def __init__(self, inputs: int, classes: int) -> None:
        super().__init__()
        self.conv = ConvNorm(inputs, 64, 1)
        self.pool = nn.AdaptiveAvgPool2d(4)
        self.fc1 = nn.Linear(64 * 4 * 4, 256)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout(0.5)
        self.fc2 = nn.Linear(256, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits from the output of inception 4a."""
        x = self.pool(self.conv(x)).flatten(1)
        logits: Tensor = self.fc2(self.dropout(self.relu(self.fc1(x))))
        return logits


class GoogLeNet(nn.Module):
    """[N, 3, 64, 64] to [N, classes]; with `auxiliary` and in training mode a pair.

    The auxiliary classifier serves the training only: what is shipped has none.
    """

    def __init__(self, classes: int, widths: Mapping[str, tuple[int, ...]], *, auxiliary: bool, dropout: float) -> None:
        super().__init__()
        self.conv1 = ConvNorm(3, 32, 7, 2)
        self.conv2_reduce = ConvNorm(32, 32, 1)
        self.conv2 = ConvNorm(32, 96, 3)
        channels, early = 96, 0
        for name, branches in widths.items():
            inception = Inception(channels, branches)
            self.add_module(f"inception{name}", inception)
            channels = inception.outputs
            early = channels if name == "4a" else early
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.auxiliary = Auxiliary(early, classes) if auxiliary else None
        self.average = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Images to class logits."""
        # The paper's pool between conv2 and inception 3a is left out: 64 pixels leave no room for it.
        x = self._through(self.conv2(self.conv2_reduce(self.pool(self.conv1(x)))), "3a", "3b")
        early = self._through(self.pool(x), "4a")
        x = self._through(early, "4b", "4c", "4d", "4e")
        x = self._through(self.pool(x), "5a", "5b")
        logits: Tensor = self.fc(self.dropout(self.average(x).flatten(1)))
        if self.training and self.auxiliary is not None:
            return logits, self.auxiliary(early)
        return logits

    def _through(self, x: Tensor, *names: str) -> Tensor:
        for name in names:
            x = self.get_submodule(f"inception{name}")(x)
        return x
