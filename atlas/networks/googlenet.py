"""GoogLeNet (Szegedy et al. 2014), a 64-pixel miniature at half its width with batch normalization."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from atlas.core.specs import LayerSpec
from atlas.networks.miniature import CLASSES, logits, miniature

if TYPE_CHECKING:
    from torch import nn

# 1x1, 3x3 reduction, 3x3, 5x5 reduction, 5x5, pool projection: half of the paper's table 1, rounded to multiples of 16
# (and each module's sum to one of 32), for which the processor's bfloat16 kernels are several times faster.
WIDTHS = {
    "3a": (32, 48, 64, 16, 16, 16), "3b": (64, 64, 96, 16, 64, 32),
    "4a": (96, 48, 96, 16, 32, 32), "4b": (80, 64, 112, 16, 32, 32), "4c": (64, 64, 128, 16, 32, 32),
    "4d": (48, 80, 144, 16, 32, 32), "4e": (128, 80, 160, 16, 64, 64),
    "5a": (128, 80, 160, 16, 64, 64), "5b": (192, 96, 192, 32, 64, 64),
}  # fmt: skip


def build(*, auxiliary: bool = False) -> nn.Module:
    """Nine Inception modules; the auxiliary classifier only for training."""
    from atlas.networks.modules.googlenet import GoogLeNet

    return GoogLeNet(CLASSES, WIDTHS, auxiliary=auxiliary, dropout=0.2)


def inception_layers(widths: Mapping[str, tuple[int, ...]]) -> Iterator[LayerSpec]:
    """The four branches of each module before their ReLU, and its output."""
    for name, (one, _, three, _, five, project) in widths.items():
        module, words = f"inception{name}", f"Inception {name}"
        yield LayerSpec(f"{module}_1x1", f"{module}.branch1.bn", one, f"{words}, 1 x 1 branch")
        yield LayerSpec(f"{module}_3x3", f"{module}.branch2.1.bn", three, f"{words}, 3 x 3 branch")
        yield LayerSpec(f"{module}_5x5", f"{module}.branch3.1.bn", five, f"{words}, 5 x 5 branch")
        yield LayerSpec(f"{module}_pool", f"{module}.branch4.1.bn", project, f"{words}, pool branch")
        yield LayerSpec(module, module, one + three + five + project, f"{words}, output")


LAYERS = (
    LayerSpec("conv1", "conv1.bn", 32, "Convolution 1"),
    LayerSpec("conv2", "conv2.bn", 96, "Convolution 2"),
    *inception_layers(WIDTHS),
    logits("fc"),
)

SPEC = miniature(
    "googlenet-64",
    title="GoogLeNet",
    year=2014,
    paper="szegedy2015going",
    build=build,
    layers=LAYERS,
    summary="Inception modules look with several kernel sizes at once and concatenate; 1 x 1 convolutions reduce "
    "the channels first, and a global average pool replaces the dense layers: in the paper a twelfth of AlexNet's "
    "weights.",
    sha256="4e57603d6a389c95e7e1fae27b38db2f43c72e2c36f68fd6b10e8b448c6e3e68",
)
