"""AlexNet (Krizhevsky, Sutskever and Hinton 2012), a 64-pixel miniature at two thirds of its width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.core.specs import LayerSpec
from atlas.networks.miniature import CLASSES, logits, miniature

if TYPE_CHECKING:
    from torch import nn

LAYERS = (
    *(
        LayerSpec(f"conv{number}", f"conv{number}", units, f"Convolution {number}")
        for number, units in enumerate((64, 192, 256, 256, 192), 1)
    ),
    LayerSpec("fc6", "fc6", 512, "Fully connected 6", axes="unit"),
    LayerSpec("fc7", "fc7", 512, "Fully connected 7", axes="unit"),
    logits("fc8", "Class logits (fc8)"),
)


def build() -> nn.Module:
    """First kernel 11 x 11 with stride 4, convolutions 2, 4 and 5 in two groups, normalization before the pool."""
    from atlas.networks.modules.alexnet import AlexNet

    return AlexNet(CLASSES, kernel=11, stride=4, second_stride=1, groups=2, pool_first=False, dropout=0.3)


SPEC = miniature(
    "alexnet-64",
    title="AlexNet",
    year=2012,
    paper="krizhevsky2012imagenet",
    build=build,
    layers=LAYERS,
    summary="Five convolutions learned end to end on GPUs, with rectified linear units, local response normalization, "
    "overlapping pools and dropout: in the paper far more accurate than hand-made features.",
    sha256="3fc13ba5c2d9a8dc24093e5b1425f9bb3217d9d07bbe3b1855b4bda557ff3dbf",
)
