"""VGG16 and VGG19 at ImageNet scale: timm's own class and the weights that torchvision published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from atlas.core.sources import HubFile
from atlas.core.specs import LayerSpec, StateDict
from atlas.networks.imagenet import imagenet, logits

if TYPE_CHECKING:
    from torch import nn

WIDTHS = (64, 128, 256, 512, 512)
DEPTHS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}  # convolutions of each stage


def build(name: str) -> nn.Module:
    """timm's own class, without weights."""
    import timm

    network: nn.Module = timm.create_model(name, pretrained=False)
    return network


DENSE = {  # torchvision's name -> timm's, which writes these layers as convolutions of the last map
    "classifier.0": ("pre_logits.fc1", (7, 7)),
    "classifier.3": ("pre_logits.fc2", (1, 1)),
    "classifier.6": ("head.fc", ()),
}


def rename(state: StateDict) -> StateDict:
    """Map torchvision's keys to timm's (`classifier.0.weight` [4096, 25088] to [4096, 512, 7, 7])."""
    renamed: StateDict = {}
    for key, value in state.items():
        part, _, end = key.rpartition(".")
        name, kernel = DENSE.get(part, (part, ()))
        shaped = value.reshape(len(value), -1, *kernel) if kernel and end == "weight" else value
        renamed[f"{name}.{end}" if part else key] = shaped
    return renamed


def layers(depths: Sequence[int]) -> Iterator[LayerSpec]:
    """Every convolution before its ReLU, and the dense layers, which timm writes as convolutions."""
    index = 0
    for stage, (width, count) in enumerate(zip(WIDTHS, depths, strict=True), 1):
        for number in range(1, count + 1):
            yield LayerSpec(f"conv{stage}_{number}", f"features.{index}", width, f"Stage {stage}, convolution {number}")
            index += 2  # convolution, ReLU
        index += 1  # pool
    yield LayerSpec("fc6", "pre_logits.fc1", 4096, "Fully connected 6")
    yield LayerSpec("fc7", "pre_logits.fc2", 4096, "Fully connected 7")
    yield logits("head.fc", "Class logits (fc8)")


def _register(name: str, sha256: str = "") -> None:
    imagenet(
        name,
        title=name.upper(),
        year=2014,
        paper="simonyan2015very",
        build=partial(build, name),
        rename=rename,
        layers=tuple(layers(DEPTHS[name])),
        weights=HubFile(f"timm/{name}.tv_in1k", sha256=sha256, licence="BSD-3-Clause"),
        summary="Nothing but stacks of 3 x 3 convolutions and 2 x 2 pools, in the paper twice as deep as before: small "
        "kernels in a row see as far as a large one with fewer weights and more nonlinearities.",
    )


_register("vgg16", "57b026918159a6bf9faf8405c3a551903768e7138989d9c6224a14227203fad8")
_register("vgg19")
