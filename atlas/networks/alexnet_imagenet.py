"""AlexNet at ImageNet scale, by torchvision: the one-GPU variant of 2014 without groups and normalization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.core.sources import UrlFile
from atlas.core.specs import LayerSpec
from atlas.networks.imagenet import imagenet, logits

if TYPE_CHECKING:
    from torch import nn

CONVOLUTIONS = {0: 64, 3: 192, 6: 384, 8: 256, 10: 256}  # index in `features`: width


def build() -> nn.Module:
    """torchvision's own class, without weights."""
    from torchvision.models import alexnet

    network: nn.Module = alexnet(weights=None)
    return network


LAYERS = (
    *(
        LayerSpec(f"conv{number}", f"features.{index}", width, f"Convolution {number}")
        for number, (index, width) in enumerate(CONVOLUTIONS.items(), 1)
    ),
    LayerSpec("fc6", "classifier.1", 4096, "Fully connected 6", axes="unit"),
    LayerSpec("fc7", "classifier.4", 4096, "Fully connected 7", axes="unit"),
    logits("classifier.6", "Class logits (fc8)"),
)

imagenet(
    "alexnet",
    title="AlexNet (ImageNet)",
    year=2012,
    paper="krizhevsky2012imagenet",
    build=build,
    layers=LAYERS,
    weights=UrlFile(
        url="https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",
        sha256="7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
        licence="BSD-3-Clause",
    ),
    summary="Five convolutions learned end to end on GPUs, with rectified linear units, overlapping pools and dropout. "
    "torchvision's weights are those of the authors' later one-GPU variant, without groups and response normalization.",
)
