"""SE-ResNet-50, the counterpart of ResNet-50, and SENet-154, the winner of ILSVRC 2017: timm's classes and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.core.sources import HubFile
from atlas.networks.imagenet import imagenet
from atlas.networks.resnet50 import DEPTHS, bottleneck_layers

if TYPE_CHECKING:
    from torch import nn

DEPTHS_154 = (3, 8, 36, 3)
SUMMARY = (
    "Rescales the channels of every block by gates computed from their global means (channel attention), in the paper "
    "at little extra cost."
)


def build_50() -> nn.Module:
    """ResNet-50 with a gate per channel before every sum."""
    from atlas.networks.modules.bottleneck import bottleneck_network

    return bottleneck_network(DEPTHS, gated=True)


def build_154() -> nn.Module:
    """The same with 64 groups, a stem of three convolutions and 3 x 3 projections."""
    from atlas.networks.modules.bottleneck import bottleneck_network

    return bottleneck_network(
        DEPTHS_154, gated=True, cardinality=64, base_width=4, stem_type="deep", down_kernel_size=3, block_reduce_first=2
    )


imagenet(
    "seresnet50",
    title="SE-ResNet-50",
    year=2017,
    paper="hu2018squeeze",
    build=build_50,
    layers=tuple(bottleneck_layers(DEPTHS)),
    weights=HubFile("timm/seresnet50.a1_in1k", licence="Apache-2.0"),
    summary=SUMMARY,
)
imagenet(
    "senet154",
    title="SENet-154",
    year=2017,
    paper="hu2018squeeze",
    build=build_154,
    layers=tuple(bottleneck_layers(DEPTHS_154, first=2, width=4)),
    weights=HubFile("timm/senet154.gluon_in1k", licence="Apache-2.0"),
    summary=SUMMARY,
)
