"""ZFNet (Zeiler and Fergus 2013) of the Caffe2 model zoo: the graph of `zfnet512.onnx`."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from atlas.networks.modules.lrn import LocalResponseNorm


class ZFNet(nn.Module):
    """Five convolutions, two local response normalizations, three pools, three dense layers: [N, 3, S, S] to logits.

    The input is blue, green, red in 0 to 255 in the published file; `rename` turns the first kernels to red, green,
    blue.
    """

    def __init__(self, widths: Sequence[int], dense: Sequence[int]) -> None:
        super().__init__()
        one, two, three, four, five = widths
        self.conv1 = nn.Conv2d(3, one, 7, 2)
        self.norm1 = LocalResponseNorm(one, alpha=5e-4)
        self.conv2 = nn.Conv2d(one, two, 5, 2)
        self.norm2 = LocalResponseNorm(two, alpha=5e-4)
        self.conv3 = nn.Conv2d(two, three, 3, padding=1)
        self.conv4 = nn.Conv2d(three, four, 3, padding=1)
        self.conv5 = nn.Conv2d(four, five, 3, padding=1)
        self.pool = nn.MaxPool2d(3, 2)
        self.pool5 = nn.MaxPool2d(2, 2)
        self.relu = nn.ReLU()
        self.average = nn.AdaptiveAvgPool2d(6)  # the identity at 224 pixels; allows pictures of other sizes
        self.fc6 = nn.Linear(five * 6 * 6, dense[0])
        self.fc7 = nn.Linear(dense[0], dense[1])
        self.fc8 = nn.Linear(dense[1], dense[2])

    def forward(self, x: Tensor) -> Tensor:
        """Images to class logits."""
        x = self.pool(self.norm1(self.relu(self.conv1(x))))
        x = self.pool(self.norm2(self.relu(self.conv2(x))))
        x = self.relu(self.conv3(x))
        x = self.relu(self.conv4(x))
        x = self.pool5(self.relu(self.conv5(x)))
        x = self.relu(self.fc6(self.average(x).flatten(1)))
        x = self.relu(self.fc7(x))
        logits: Tensor = self.fc8(x)
        return logits
