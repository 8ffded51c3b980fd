"""VGG (Simonyan and Zisserman 2014), a 64-pixel miniature with batch normalization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.core.specs import LayerSpec
from atlas.networks.miniature import CLASSES, logits, miniature

if TYPE_CHECKING:
    from torch import nn

WIDTHS = (16, 32, 96, 160, 256)
LAYERS = (
    *(
        LayerSpec(f"conv{stage}_{number}", f"features.norm{stage}_{number}", width,
                  f"Stage {stage}, convolution {number}")
        for stage, width in enumerate(WIDTHS, 1)
        for number in (1, 2)
    ),
    LayerSpec("fc6", "fc6", 384, "Fully connected 6", axes="unit"),
    LayerSpec("fc7", "fc7", 384, "Fully connected 7", axes="unit"),
    logits("fc8", "Class logits (fc8)"),
)  # fmt: skip


def build() -> nn.Module:
    """Ten 3 x 3 convolutions in five stacks, three dense layers."""
    from atlas.networks.modules.vgg import VGG

    return VGG(CLASSES, WIDTHS, dropout=0.2)


SPEC = miniature(
    "vgg-64",
    title="VGGNet",
    year=2014,
    paper="simonyan2015very",
    build=build,
    layers=LAYERS,
    summary="Nothing but stacks of 3 x 3 convolutions and 2 x 2 pools, in the paper twice as deep as before: small "
    "kernels in a row see as far as a large one with fewer weights and more nonlinearities.",
    sha256="616a3f6def09a9a1f47095cb1f55346a8c4df852a41379e39ec5542a4d4eff40",
)
