"""ResNet-50 at ImageNet scale: timm's own class and weights, with the sums before their ReLU as modules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from atlas.core.sources import HubFile
from atlas.core.specs import LayerSpec
from atlas.networks.imagenet import imagenet, logits

if TYPE_CHECKING:
    from torch import nn

DEPTHS = (3, 4, 6, 3)  # blocks of the stages conv2_x to conv5_x


def build() -> nn.Module:
    """timm's class without weights, its bottleneck with a module for the sum."""
    from atlas.networks.modules.bottleneck import bottleneck_network

    return bottleneck_network(DEPTHS)


def bottleneck_layers(depths: Sequence[int], *, first: int = 1, width: int = 1) -> Iterator[LayerSpec]:
    """The stem, the two inner convolutions of each block and its sum, all before their ReLU, and the class logits.

    `first` and `width` are the multiples of 64 times 2 ** stage that the first and second convolution have.
    """
    yield LayerSpec("conv1", "bn1", 64 if first == 1 else 128, "Stem convolution")
    for stage, count in enumerate(depths):
        planes = 64 << stage
        for block in range(1, count + 1):
            name, path = f"conv{stage + 2}_{block}", f"layer{stage + 1}.{block - 1}"
            words = f"Stage {stage + 2}, block {block}"
            yield LayerSpec(f"{name}a", f"{path}.bn1", planes * first, f"{words}, 1 x 1 convolution")
            yield LayerSpec(f"{name}b", f"{path}.bn2", planes * width, f"{words}, 3 x 3 convolution")
            yield LayerSpec(name, f"{path}.sum", planes * 4, f"{words}, sum with the skip")
    yield logits("fc")


imagenet(
    "resnet50",
    title="ResNet-50",
    year=2015,
    paper="he2016deep",
    build=build,
    layers=tuple(bottleneck_layers(DEPTHS)),
    weights=HubFile(
        "timm/resnet50.a1_in1k",  # the same recipe as seresnet50's, so that the pair can be compared
        sha256="773525d5821de224f8f30c33377b7a795d7863e08522698200d3217d3f2a41bb",
        licence="Apache-2.0",
    ),
    summary="Each block learns what to add to its input; the identity skip carries signal and gradient, so that "
    "in the paper depth stops hurting and a hundred layers can be trained.",
)
