"""DenseNet-121 at ImageNet scale: timm's own class and the weights that torchvision published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.core.sources import HubFile
from atlas.networks.densenet import dense_layers
from atlas.networks.imagenet import imagenet, logits

if TYPE_CHECKING:
    from torch import nn


def build() -> nn.Module:
    """timm's own class, without weights."""
    import timm

    network: nn.Module = timm.create_model("densenet121", pretrained=False)
    return network


imagenet(
    "densenet121",
    title="DenseNet-121",
    year=2016,
    paper="huang2017densely",
    build=build,
    layers=(*dense_layers(32, (6, 12, 24, 16)), logits("classifier")),
    weights=HubFile(
        "timm/densenet121.tv_in1k",
        sha256="c894c6d9caa317a8ca1942986dee7a16a86c77734a4d691d2abe05389cfef358",
        licence="Apache-2.0",
    ),
    summary="Every layer reads the outputs of all layers before it in its block and adds a few channels of its own: "
    "features are reused instead of learned again; the paper matches ResNet with a third of its weights.",
)
