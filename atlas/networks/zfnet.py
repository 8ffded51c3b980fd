"""ZFNet (Zeiler and Fergus 2013), a 64-pixel miniature: AlexNet, corrected by what its features showed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.networks.alexnet import LAYERS
from atlas.networks.miniature import CLASSES, miniature

if TYPE_CHECKING:
    from torch import nn


def build() -> nn.Module:
    """First kernel 7 x 7 with stride 2, a second stride of 2, no groups, pools before normalization."""
    from atlas.networks.modules.alexnet import AlexNet

    return AlexNet(CLASSES, kernel=7, stride=2, second_stride=2, groups=1, pool_first=True, dropout=0.3)


SPEC = miniature(
    "zfnet-64",
    title="ZFNet",
    year=2013,
    paper="zeiler2014visualizing",
    build=build,
    layers=LAYERS,
    summary="In the paper a deconvnet showed dead first filters and aliasing in AlexNet; a smaller first kernel and "
    "stride and dense connections were to reduce both.",
    sha256="c49527cdfbe6514eec79cb5ab88f719a28a5d9649fda1c218b73a16fc906cb32",
)
