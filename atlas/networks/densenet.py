"""DenseNet (Huang et al. 2016), a 64-pixel miniature: timm's own class with small settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from atlas.core.specs import LayerSpec
from atlas.networks.miniature import CLASSES, logits, miniature

if TYPE_CHECKING:
    from torch import nn

GROWTH = 24
BLOCKS = (4, 8, 12)  # layers of each dense block


def build() -> nn.Module:
    """7 x 7 stem and pool, three dense blocks with transitions between them."""
    from timm.models.densenet import DenseNet

    network: nn.Module = DenseNet(growth_rate=GROWTH, block_config=BLOCKS, num_classes=CLASSES)
    return network


def dense_layers(growth: int, blocks: Sequence[int]) -> Iterator[LayerSpec]:
    """The stem before its ReLU, what every dense layer adds, every transition, the last norm."""
    width = 2 * growth
    yield LayerSpec("conv0", "features.norm0.drop", width, "Stem convolution")
    for block, count in enumerate(blocks, 1):
        for layer in range(1, count + 1):
            path, words = f"features.denseblock{block}.denselayer{layer}.conv2", f"Dense block {block}, layer {layer}"
            yield LayerSpec(f"denseblock{block}_{layer}", path, growth, words)
        width += count * growth
        if block < len(blocks):
            width //= 2
            yield LayerSpec(f"transition{block}", f"features.transition{block}.conv", width, f"Transition {block}")
    yield LayerSpec("norm5", "features.norm5.drop", width, "Last normalization")


SPEC = miniature(
    "densenet-64",
    title="DenseNet",
    year=2016,
    paper="huang2017densely",
    build=build,
    layers=(*dense_layers(GROWTH, BLOCKS), logits("classifier")),
    summary="Every layer reads the outputs of all layers before it in its block and adds a few channels of its own: "
    "features are reused instead of learned again; the paper matches ResNet with a third of its weights.",
    sha256="0c2a82dbb97b7e2c95bf395868df9fd782b380bea6a0b660e48412e83b3eec32",
)
