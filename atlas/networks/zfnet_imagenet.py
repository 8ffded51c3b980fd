"""ZFNet at ImageNet scale: the ONNX zoo's `zfnet512` (fc7 is 1,024 wide, where the paper has 4,096)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.core.sources import HubFile
from atlas.core.specs import LayerSpec, StateDict
from atlas.networks.imagenet import imagenet, logits

if TYPE_CHECKING:
    from torch import nn

WIDTHS = (96, 256, 512, 1024, 512)
OTHERS = ("gpu_0/imagenet1k_blobs_queue", "OC2_DUMMY")  # entries of the zoo's file that are no weights
BYTE = 1 / 255


def build() -> nn.Module:
    """The published graph as a module."""
    from atlas.networks.modules.zfnet import ZFNet

    return ZFNet(WIDTHS, (4096, 1024, 1000))


def rename(state: StateDict) -> StateDict:
    """Map `gpu_0/conv1_w_0` to `conv1.weight`; the first kernels expect blue, green, red and get red, green, blue."""
    ends = {"w": "weight", "b": "bias"}
    renamed: StateDict = {}
    for key, value in state.items():
        if not key.startswith(OTHERS):
            part, end, _ = key.removeprefix("gpu_0/").rsplit("_", 2)
            renamed[f"{part}.{ends[end]}"] = value
    renamed["conv1.weight"] = renamed["conv1.weight"].flip(1)
    return renamed


LAYERS = (
    *(
        LayerSpec(f"conv{number}", f"conv{number}", width, f"Convolution {number}")
        for number, width in enumerate(WIDTHS, 1)
    ),
    LayerSpec("fc6", "fc6", 4096, "Fully connected 6", axes="unit"),
    LayerSpec("fc7", "fc7", 1024, "Fully connected 7", axes="unit"),
    logits("fc8", "Class logits (fc8)"),
)

imagenet(
    "zfnet",
    title="ZFNet-512 (ImageNet)",
    year=2013,
    paper="zeiler2014visualizing",
    build=build,
    rename=rename,
    layers=LAYERS,
    weights=HubFile(
        "onnxmodelzoo/zfnet512-12",
        file="zfnet512-12.onnx",
        sha256="c975ca6a24c0a2e1584c6f82667e0ac9c06084fc7769d267f71b4a154d1f1c72",  # as in the zoo's own manifest
        licence="MIT",
    ),
    # The zoo does not document the input. Glow's image classifier feeds 0 to 255, blue first, without a mean.
    mean=(0.0, 0.0, 0.0),
    std=(BYTE, BYTE, BYTE),
    summary="In the paper a deconvnet showed dead first filters and aliasing in AlexNet; a smaller first kernel and "
    "stride and dense connections were to reduce both.",
)
