"""BigGAN-deep at 128 pixels, the weights that Hugging Face converted from DeepMind's: ten of its thousand classes."""

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
"""The classes that are drawn, by their place in ImageNet's list."""
TRUNCATION = 0.5
"""The noise is a normal one cut at two standard deviations, times this.

The statistics of the normalizations belong to it.
"""
LAYERS = ((0, 2048, 4), (1, 2048, 8), (3, 1024, 16), (5, 512, 32), (7, 256, 64))


def build() -> nn.Module:
    """The published generator, spectral norms divided out."""
    from atlas.networks.modules.biggan import BigGAN

    return BigGAN(tuple(CLASSES), TRUNCATION)


def rename(state: StateDict) -> StateDict:
    """The published state: divided by its spectral norms, with the statistics of one truncation, and RGB's three outputs of 128."""
    found: StateDict = {}
    for key, value in state.items():
        stem, _, last = key.rpartition(".")
        if last == "weight_orig":
            found[f"{stem}.weight"] = value / spectral_norm(value, state[f"{stem}.weight_u"], state[f"{stem}.weight_v"])
        elif last in ("running_means", "running_vars"):
            found[f"{stem}.{last[:-1]}"] = value[
                round(TRUNCATION * (len(value) - 1))
            ]  # a row for each truncation from 0 to 1
        elif last not in ("weight_u", "weight_v") and f"{key}_orig" not in state:
            found[key] = value
    for last in ("weight", "bias"):
        found[f"generator.conv_to_rgb.{last}"] = found[f"generator.conv_to_rgb.{last}"][:3]
    return found


def spectral_norm(weight: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """The largest singular value of a weight [outputs, ...], from its published singular vectors (Miyato et al. 2018)."""
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
            LayerSpec(f"block{place + 1}", f"generator.layers.{place}", units, f"Block {place + 1}, {side} × {side}")
            for place, units, side in LAYERS
        ),
        first="generator.gen_z",
        again=True,
        rename=rename,
        summary="A class-conditional generator of ImageNet, scaled up: residual blocks told z and the class at every "
        "normalization, and self-attention. Ten of its thousand classes, truncated to half the noise.",
    ),
)
