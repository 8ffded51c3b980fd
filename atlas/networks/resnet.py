"""ResNet (He et al. 2015), a 64-pixel miniature of timm's residual blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.core.specs import LayerSpec
from atlas.networks.miniature import CLASSES, logits, miniature

if TYPE_CHECKING:
    from torch import nn

STAGES = ((32, 1), (64, 2), (128, 2), (256, 1))  # width, blocks


def build() -> nn.Module:
    """Six residual blocks of two 3 x 3 convolutions in four stages."""
    from atlas.networks.modules.resnet import ResNet

    return ResNet(CLASSES, STAGES)


def layers() -> tuple[LayerSpec, ...]:
    """The stem, each block's inner convolution and its sum, all before their ReLU, and the class logits."""
    layers = [LayerSpec("conv1", "bn1", STAGES[0][0], "Stem convolution")]
    for stage, (width, count) in enumerate(STAGES, 2):  # the paper's conv2_x follows the stem
        for block in range(1, count + 1):
            path, words = f"stages.conv{stage}.{block - 1}", f"Stage {stage}, block {block}"
            layers += [
                LayerSpec(f"conv{stage}_{block}a", f"{path}.bn1", width, f"{words}, first convolution"),
                LayerSpec(f"conv{stage}_{block}", f"{path}.sum", width, f"{words}, sum with the skip"),
            ]
    return (*layers, logits("fc"))


SPEC = miniature(
    "resnet-64",
    title="ResNet",
    year=2015,
    paper="he2016deep",
    build=build,
    layers=layers(),
    summary="Each block learns what to add to its input; the identity skip carries signal and gradient, so that "
    "in the paper depth stops hurting and a hundred layers can be trained.",
    sha256="901e55943033daf07671de54b3120d8344b0bd56f412907c23d1f02d6e743ed2",
)
