"""Progressive GAN of CelebA-HQ at 256 pixels, as the PyTorch GAN Zoo publishes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.core.sources import UrlFile
from atlas.core.specs import GeneratorSpec, LayerSpec, StateDict
from atlas.networks.generators import GENERATORS

if TYPE_CHECKING:
    from torch import nn

NOISE = 512
WIDTHS = (512, 512, 512, 512, 256, 128, 64)
"""Of the scales, from 4 x 4 to 256 x 256."""
READ = 5  # scales that are read: above 64 x 64 a map is as large as a picture


def build() -> nn.Module:
    """The published generator with He's constants multiplied into the weights."""
    from atlas.networks.modules.pgan import PGAN

    return PGAN(NOISE, WIDTHS)


def rename(state: StateDict) -> StateDict:
    """The published `netG` with He's constants multiplied in; of the layers to RGB only that of the last scale."""
    from atlas.networks.modules.pgan import equalized

    plain = {key.replace(".module.", "."): value for key, value in state.items()}
    last = max(int(key.split(".")[1]) for key in plain if key.startswith("toRGBLayers."))
    found: StateDict = {}
    for key, value in plain.items():
        stem, _, end = key.rpartition(".")
        if end == "weight" and (not stem.startswith("toRGBLayers.") or stem == f"toRGBLayers.{last}"):
            name = "toRGB" if stem.startswith("toRGBLayers.") else stem
            found[f"{name}.weight"], found[f"{name}.bias"] = equalized(value, plain[f"{stem}.bias"])
    return found


GENERATORS.add(
    "pgan-celebahq-256",
    GeneratorSpec(
        "pgan-celebahq-256",
        title="Progressive GAN, CelebA-HQ",
        year=2018,
        paper="karras2018progressive",
        build=build,
        weights=UrlFile(
            "https://dl.fbaipublicfiles.com/gan_zoo/PGAN/celebaHQ_s6_i80000-6196db68.pth", licence="BSD-3-Clause"
        ),
        subject="faces",
        size=256,
        noise=NOISE,
        layers=tuple(
            LayerSpec(
                f"scale{number}", f"ends.{number}", WIDTHS[number], f"Scale {number}, {4 << number} × {4 << number}"
            )
            for number in range(READ)
        ),
        inner="netG",
        records=("models.utils.config.BaseConfig",),
        first="formatLayer",
        rename=rename,
        summary="Grown scale by scale while it learned, from 4 to 256 pixels; every place of every map has the same "
        "length. Its faces are synthetic; no person shown exists.",
    ),
)
