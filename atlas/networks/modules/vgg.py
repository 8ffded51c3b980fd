"""VGG (Simonyan and Zisserman 2014) for 64-pixel images; timm's class fixes a 7 x 7 x 4096 head, too wide here."""

from __future__ import annotations

from collections import OrderedDict

from torch import Tensor, nn


class VGG(nn.Module):
    """Stacks of two 3x3 convolutions with batch normalization, then three dense layers: [N, 3, 64, 64] to [N, classes].

    `features.conv4_2`, `features.norm4_2` and so on are the paper's names; `norm` is what the atlas taps.
    """

    def __init__(self, classes: int, widths: tuple[int, ...], *, dropout: float) -> None:
        super().__init__()
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        inputs = 3
        for stage, width in enumerate(widths, 1):
            for number in (1, 2):
                parts[f"conv{stage}_{number}"] = nn.Conv2d(inputs, width, 3, padding=1, bias=False)
                parts[f"norm{stage}_{number}"] = nn.BatchNorm2d(width)
                parts[f"relu{stage}_{number}"] = nn.ReLU(inplace=True)
                inputs = width
            parts[f"pool{stage}"] = nn.MaxPool2d(2, 2)
        self.features = nn.Sequential(parts)
        self.fc6 = nn.Linear(inputs * 2 * 2, 384)
        self.fc7 = nn.Linear(384, 384)
        self.fc8 = nn.Linear(384, classes)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self._initialize()

    def _initialize(self) -> None:
        for part in self.modules():
            if isinstance(part, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
        for dense in (self.fc6, self.fc7, self.fc8):
            nn.init.zeros_(dense.bias)
        nn.init.normal_(self.fc8.weight, std=0.01)

    def forward(self, x: Tensor) -> Tensor:
        """Images to class logits."""
        x = self.features(x).flatten(1)
        x = self.dropout(self.relu(self.fc6(x)))
        x = self.dropout(self.relu(self.fc7(x)))
        logits: Tensor = self.fc8(x)
        return logits
