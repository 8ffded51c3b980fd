"""BigGAN-deep at 128 pixels with ten of its thousand classes; weights of DeepMind, converted by Hugging Face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.core.sources import UrlFile
from atlas.core.specs import GeneratorSpec, LayerSpec, StateDict
from atlas.networks.generators import GENERATORS

if TYPE_CHECKING:
    from torch import Tensor, nn

CLASSES = {
    130: "flamingo", 207: "golden retriever", 281: "tabby", 323: "monarch", 417: "balloon",
    817: "sports car", 933: "cheeseburger", 975: "lakeside", 980: "volcano", 985: "daisy",
}  # fmt: skip
"""The classes that are drawn, by their index in ImageNet's list."""
TRUNCATION = 0.5
"""Factor on the truncated normal noise, on which the statistics of the batch norms depend."""
LAYERS = ((0, 2048, 4), (1, 2048, 8), (3, 1024, 16), (5, 512, 32), (7, 256, 64))


def build() -> nn.Module:
    """The published generator, spectral norms divided out."""
    from atlas.networks.modules.biggan import BigGAN

    return BigGAN(tuple(CLASSES), TRUNCATION)


def rename(state: StateDict) -> StateDict:
    """The published state with weights divided by their spectral norms and the statistics of TRUNCATION.

    Of the 128 outputs of the last convolution only the three of RGB are used.
    """
    renamed: StateDict = {}
    for key, value in state.items():
        stem, _, last = key.rpartition(".")
        if last == "weight_orig":
            renamed[f"{stem}.weight"] = value / spectral_norm(
                value, state[f"{stem}.weight_u"], state[f"{stem}.weight_v"]
            )
        elif last in ("running_means", "running_vars"):
            row = round(TRUNCATION * (len(value) - 1))  # there is one for each truncation from 0 to 1
            renamed[f"{stem}.{last[:-1]}"] = value[row]
        elif last not in ("weight_u", "weight_v") and f"{key}_orig" not in state:
            renamed[key] = value
    for last in ("weight", "bias"):
        renamed[f"generator.conv_to_rgb.{last}"] = renamed[f"generator.conv_to_rgb.{last}"][:3]
    return renamed


def spectral_norm(weight: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """The largest singular value of a weight [outputs, ...] from its singular vectors `u`, `v` (Miyato et al. 2018)."""
    return u @ (weight.flatten(1) @ v)


GENERATORS.add(
    "biggan-deep-128",
    GeneratorSpec(
        "biggan-deep-128",
        title="BigGAN-deep, 128 pixels",
        year=2019,
        paper="brock2019large",
        build=build,
        weights=UrlFile(
            "https://s3.amazonaws.com/models.huggingface.co/biggan/biggan-deep-128-pytorch_model.bin",
            licence="MIT",
        ),
        subject="pictures",
        size=128,
        noise=128,
        cut=2.0,
        choices=tuple(CLASSES.values()),
        layers=tuple(
            LayerSpec(f"block{index + 1}", f"generator.layers.{index}", units, f"Block {index + 1}, {side} × {side}")
            for index, units, side in LAYERS
        ),
        first="generator.gen_z",
        again=True,
        rename=rename,
        summary="A class-conditional generator of ImageNet, scaled up: residual blocks whose normalizations depend on "
        "z and the class, and self-attention. Here with ten of its thousand classes and a truncation of 0.5.",
    ),
)
