"""SENet (Hu et al. 2017), a 64-pixel miniature: the ResNet miniature with squeeze-and-excitation in every block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.networks.miniature import CLASSES, miniature
from atlas.networks.resnet import STAGES, layers

if TYPE_CHECKING:
    from torch import nn


def build() -> nn.Module:
    """The blocks of the ResNet miniature, each with a gate per channel before the sum."""
    from atlas.networks.modules.resnet import ResNet

    return ResNet(CLASSES, STAGES, attention="se")


SPEC = miniature(
    "senet-64",
    title="SENet",
    year=2017,
    paper="hu2018squeeze",
    build=build,
    layers=layers(),
    summary="Rescales the channels of every block by gates computed from their global means (channel attention), in "
    "the paper at little extra cost.",
    sha256="19498ad7ee80670527b409de7662cfc4441470ec2b85362a9ab155c2820759eb",
)
