"""AlexNet (Krizhevsky et al. 2012) and ZFNet (Zeiler and Fergus 2013) for 64 pixels: one class, so a fair pair."""

from __future__ import annotations

from torch import Tensor, nn

from atlas.networks.modules.lrn import LocalResponseNorm


class AlexNet(nn.Module):
    """Five convolutions, two local response normalizations, three overlapping 3/2 max-pools, three dense layers.

    [N, 3, 64, 64] to [N, classes]. `kernel` and `stride` are those of the first convolution, `second_stride` the
    second's; `groups` splits convolutions 2, 4 and 5 (AlexNet's two GPUs: 2; ZFNet: 1). AlexNet normalizes and then
    pools, ZFNet pools first.
    """

    def __init__(
        self,
        classes: int,
        *,
        kernel: int,
        stride: int,
        second_stride: int,
        groups: int,
        pool_first: bool,
        dropout: float,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel, stride, padding=kernel // 2)
        self.reduce1 = _reduce(64, pool_first)
        self.conv2 = nn.Conv2d(64, 192, 5, second_stride, padding=2, groups=groups)
        self.reduce2 = _reduce(192, pool_first)
        self.conv3 = nn.Conv2d(192, 256, 3, padding=1)
        self.conv4 = nn.Conv2d(256, 256, 3, padding=1, groups=groups)
        self.conv5 = nn.Conv2d(256, 192, 3, padding=1, groups=groups)
        self.pool5 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self.fc6 = nn.Linear(192 * 2 * 2, 512)
        self.fc7 = nn.Linear(512, 512)
        self.fc8 = nn.Linear(512, classes)
        self._initialize()

    def _initialize(self) -> None:
        for part in self.modules():
            if isinstance(part, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
                if part.bias is not None:
                    nn.init.zeros_(part.bias)
        nn.init.normal_(self.fc8.weight, std=0.01)

    def forward(self, x: Tensor) -> Tensor:
        """Images to class logits."""
        x = self.reduce1(self.relu(self.conv1(x)))
        x = self.reduce2(self.relu(self.conv2(x)))
        x = self.relu(self.conv3(x))
        x = self.relu(self.conv4(x))
        x = self.pool5(self.relu(self.conv5(x))).flatten(1)
        x = self.relu(self.fc6(self.dropout(x)))
        x = self.relu(self.fc7(self.dropout(x)))
        logits: Tensor = self.fc8(x)
        return logits


def _reduce(channels: int, pool_first: bool) -> nn.Sequential:
    pool = nn.MaxPool2d(3, 2, ceil_mode=True)
    norm = LocalResponseNorm(channels)
    return nn.Sequential(pool, norm) if pool_first else nn.Sequential(norm, pool)
