"""The generators of the default recipe: two published ones, and the InfoGANs that this project trained."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from atlas.core.registry import Registry
from atlas.core.sources import EmbeddedFile, WheelFile
from atlas.core.specs import GeneratorSpec, LayerSpec, StateDict
from atlas.networks.readers import reader_of

if TYPE_CHECKING:
    from torch import nn

SHAPE_CODES, NUMBERS, NOISE = 3, 4, 12
"""The InfoGAN's z: a categorical code of three values, four continuous codes, noise."""
SEEDS: dict[int, str] = {
    0: "bbcd9d4403e4b492748e3beb2ed4cdacb8b8be6a31b49cb5b6543bd6a79ac735",
    1: "2d3b98d8270afeadaddcb181be3b2e9cf7a82729a47c7abf14275698916185fa",
    2: "140fc0813f1aac001bf4e21c109e3d8e133dddd1585caafad4d38e3d7c307328",
}
"""Of the InfoGANs that are shipped: seed -> SHA-256 of the weights."""


def _dcgan(z: int, widths: tuple[int, ...]) -> nn.Module:
    from atlas.networks.modules.dcgan import DCGAN

    return DCGAN(z, widths)


def _infogan() -> nn.Module:
    from atlas.networks.modules.infogan import Generator

    return Generator(NOISE + NUMBERS + SHAPE_CODES)


def _layers(widths: tuple[int, ...]) -> tuple[LayerSpec, ...]:
    return tuple(
        LayerSpec(f"layer{number}", f"act{number}", width, f"Layer {number}, {2 ** (number + 1)} × {2 ** (number + 1)}")
        for number, width in enumerate(widths, 1)
    )


def _from_sequence(state: StateDict, *, depth: int, stride: int) -> StateDict:
    """Keys of one flat `main` sequence, `stride` entries a layer in all but the first gap, to this module's names."""
    names = {}
    for number in range(depth):
        first = number * 3 + (stride - 3 if number else 0)
        names[f"main.{first}"], names[f"main.{first + 1}"] = f"up{number + 1}", f"norm{number + 1}"
    names[f"main.{depth * 3 + stride - 3}"] = "rgb"
    return {
        names[prefix] + "." + last: value for key, value in state.items() for prefix, _, last in (key.rpartition("."),)
    }


FACES, EYES = (512, 256, 128, 64), (1024, 512, 256, 128, 64)
GENERATORS: Registry[GeneratorSpec] = Registry("generator")

for _spec in (
    GeneratorSpec(
        "face-dcgan",
        title="Face DCGAN",
        year=2016,
        paper="radford2016unsupervised",
        build=partial(_dcgan, 100, FACES),
        weights=WheelFile(
            "gan-face-generate",
            "1.1.1",
            "gan_face_generate/weights.tar",
            "0c3b90b138cfc4e8a73310b9fd5ce2a8f1f3a542a037de277412307fcd28771f",
            "MIT",
            "https://pypi.org/project/gan-face-generate/",
        ),
        subject="faces",
        size=64,
        noise=100,
        layers=_layers(FACES),
        inner="netG_state_dict",
        reader=reader_of("face-dcgan"),
        rename=partial(_from_sequence, depth=4, stride=3),
        summary="A DCGAN of transposed convolutions that generates faces from 100 latent dimensions. "
        "None of the people shown exist.",
    ),
    GeneratorSpec(
        "eye-dcgan",
        title="Eye DCGAN",
        year=2016,
        paper="radford2016unsupervised",
        build=partial(_dcgan, 108, EYES),
        weights=WheelFile(
            "omniart-eye-generator",
            "0.1",
            "omniart_eye_generator/generator_model_state.pth",
            "dd486abbd738bfe3d28ddd46987bec11e3842ddcc8c28ccc5251b52c6ecf4da0",
            "MIT",
            "https://pypi.org/project/omniart-eye-generator/",
        ),
        subject="eyes",
        size=128,
        noise=100,
        choices=("amber", "blue", "brown", "gray", "grayscale", "green", "hazel", "red"),
        layers=_layers(EYES),
        reader=reader_of("eye-dcgan"),
        rename=partial(_from_sequence, depth=5, stride=4),
        summary="A conditional DCGAN of eyes in paintings: 100 latent dimensions and one of eight eye colours.",
    ),
):
    GENERATORS.add(_spec.name, _spec)

for _seed, _sha256 in SEEDS.items():
    _name = f"infogan-sprites-{_seed}"
    GENERATORS.add(
        _name,
        GeneratorSpec(
            _name,
            title=f"InfoGAN, seed {_seed}",
            year=2016,
            paper="chen2016infogan",
            build=_infogan,
            weights=EmbeddedFile(f"generative/{_name}.safetensors", _sha256, "Apache-2.0"),
            subject="sprites",
            size=32,
            reader=reader_of(_name),
            noise=NOISE,
            numbers=NUMBERS,
            choices=tuple(f"code {number}" for number in range(SHAPE_CODES)),
            layers=(
                LayerSpec("dense2", "norm2", 1024, "Second dense layer", axes="unit"),
                LayerSpec("layer1", "up1", 64, "Layer 1, 8 × 8"),
                LayerSpec("layer2", "up2", 32, "Layer 2, 16 × 16"),
            ),
            summary="Trained here on sprites with known factors; its codes were trained to be readable from the image.",
        ),
    )
