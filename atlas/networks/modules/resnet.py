"""ResNet (He et al. 2015) and SENet (Hu et al. 2017) for 64-pixel images, of timm's own residual block."""

from __future__ import annotations

from timm.models.resnet import BasicBlock
from torch import Tensor, nn


class Block(BasicBlock):  # type: ignore[misc]  # timm carries no types
    """timm's two-convolution block, with the sum before the last ReLU as a module, `sum`, that can be tapped."""

    def __init__(self, inputs: int, width: int, *, stride: int, attention: str | None) -> None:
        skip = None
        if stride != 1 or inputs != width:
            skip = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))
        super().__init__(inputs, width, stride, skip, attn_layer=attention)
        self.sum = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """The sum of skip and residual, rectified."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.bn2(self.conv2(self.act1(self.bn1(self.conv1(x)))))
        if self.se is not None:
            x = self.se(x)
        rectified: Tensor = self.act2(self.sum(x + shortcut))
        return rectified


class ResNet(nn.Module):
    """A 7x7 stem, stages of residual blocks, global average pool: [N, 3, 64, 64] to [N, classes].

    timm's ResNet class fixes a stem of 64 channels that divides the map by 4; 64 pixels leave no room for its pool.
    `stages` holds width and number of blocks; each stage but the first halves the map. They are named as in the
    paper, `stages.conv2.0` and so on. `attention="se"` adds squeeze-and-excitation to every block and changes nothing
    else.
    """

    def __init__(self, classes: int, stages: tuple[tuple[int, int], ...], *, attention: str | None = None) -> None:
        super().__init__()
        inputs = stages[0][0]
        self.conv1 = nn.Conv2d(3, inputs, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(inputs)
        self.act1 = nn.ReLU(inplace=True)
        self.stages = nn.Sequential()
        for number, (width, count) in enumerate(stages, 2):
            stage = nn.Sequential()
            for block in range(count):
                stride = 2 if number > 2 and block == 0 else 1
                stage.append(Block(inputs, width, stride=stride, attention=attention))
                inputs = width
            self.stages.add_module(f"conv{number}", stage)
        self.global_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(inputs, classes)
        self._initialize()

    def _initialize(self) -> None:
        for part in self.modules():
            if isinstance(part, nn.Conv2d):
                nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(part, Block):
                part.zero_init_last()  # each block starts as the identity

    def forward(self, x: Tensor) -> Tensor:
        """Images to class logits."""
        x = self.stages(self.act1(self.bn1(self.conv1(x))))
        logits: Tensor = self.fc(self.global_pool(x).flatten(1))
        return logits
