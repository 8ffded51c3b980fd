"""GoogLeNet at ImageNet scale, by torchvision: batch normalization, and 3 x 3 kernels in the branch of 5 x 5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.core.sources import UrlFile
from atlas.core.specs import LayerSpec, StateDict
from atlas.networks.googlenet import inception_layers
from atlas.networks.imagenet import imagenet, logits

if TYPE_CHECKING:
    from torch import nn

HALF = (0.5, 0.5, 0.5)
# 1x1, 3x3 reduction, 3x3, 5x5 reduction, 5x5, pool projection: the paper's table 1.
WIDTHS = {
    "3a": (64, 96, 128, 16, 32, 32), "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64), "4b": (160, 112, 224, 24, 64, 64), "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64), "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128), "5b": (384, 192, 384, 48, 128, 128),
}  # fmt: skip


def build() -> nn.Module:
    """torchvision's class without in-place ReLUs and auxiliary classifiers."""
    from atlas.networks.modules.torchvision import googlenet

    return googlenet()


def rename(state: StateDict) -> StateDict:
    """Leave out the auxiliary classifiers, which are used in training only."""
    return {key: value for key, value in state.items() if not key.startswith(("aux1.", "aux2."))}


LAYERS = (
    LayerSpec("conv1", "conv1.bn", 64, "Convolution 1"),
    LayerSpec("conv2_reduce", "conv2.bn", 64, "Convolution 2, 1 x 1 reduction"),
    LayerSpec("conv2", "conv3.bn", 192, "Convolution 2"),
    *inception_layers(WIDTHS),
    logits("fc"),
)

imagenet(
    "googlenet",
    title="GoogLeNet (ImageNet)",
    year=2014,
    paper="szegedy2015going",
    build=build,
    rename=rename,
    layers=LAYERS,
    weights=UrlFile(
        url="https://download.pytorch.org/models/googlenet-1378be20.pth",
        sha256="1378be20a8e875cf1568b8a71654e704449655e34711a959a38b04fb34905cef",
        licence="BSD-3-Clause",
    ),
    mean=HALF,  # torchvision's `transform_input` turns ImageNet's normalization into this one
    std=HALF,
    summary="Inception modules look with several kernel sizes at once and concatenate; 1 x 1 convolutions reduce "
    "the channels first, and a global average pool replaces the dense layers. torchvision's weights were ported from "
    "TensorFlow's, with batch normalization and 3 x 3 kernels where the paper has 5 x 5.",
)
