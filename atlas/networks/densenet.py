"""DenseNet (Huang et al. 2016), a 64-pixel miniature: timm's own class with small settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.networks.miniature import CLASSES, logits, miniature
from atlas.types import LayerSpec

if TYPE_CHECKING:
    from torch import nn

GROWTH = 24
BLOCKS = (4, 8, 12)  # layers of each dense block


def build() -> nn.Module:
    """7 x 7 stem and pool, three dense blocks with transitions between them."""
    from timm.models.densenet import DenseNet

    network: nn.Module = DenseNet(growth_rate=GROWTH, block_config=BLOCKS, num_classes=CLASSES)
    return network


def layers() -> tuple[LayerSpec, ...]:
    """The stem before its ReLU, what every dense layer adds, every transition, the last norm, and the class logits."""
    width = 2 * GROWTH
    found = [LayerSpec("conv0", "features.norm0.drop", width, "Stem convolution")]
    for block, count in enumerate(BLOCKS, 1):
        found += [
            LayerSpec(f"denseblock{block}_{layer}", f"features.denseblock{block}.denselayer{layer}.conv2", GROWTH,
                      f"Dense block {block}, layer {layer}")
            for layer in range(1, count + 1)
        ]  # fmt: skip
        width += count * GROWTH
        if block < len(BLOCKS):
            width //= 2
            path = f"features.transition{block}.conv"
            found.append(LayerSpec(f"transition{block}", path, width, f"Transition {block}"))
    found.append(LayerSpec("norm5", "features.norm5.drop", width, "Last normalization"))
    return (*found, logits("classifier"))


SPEC = miniature(
    "densenet-64",
    title="DenseNet",
    year=2016,
    paper="huang2017densely",
    build=build,
    layers=layers(),
    summary="Every layer reads the outputs of all layers before it in its block and adds a few channels of its own: "
    "features are reused instead of learned again, with a third of ResNet's weights.",
    sha256="a41ad6b30b950af90398b6befe813f16d06b526cbadc97735ca3133aade8b8eb",
)
