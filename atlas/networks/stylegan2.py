"""StyleGAN2 of LSUN churches at 256 pixels: NVIDIA's weights of configuration F, converted by MMGeneration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from atlas.core.seeds import name_seed
from atlas.core.sources import UrlFile
from atlas.core.specs import GeneratorSpec, LayerSpec, StateDict
from atlas.networks.generators import GENERATORS

if TYPE_CHECKING:
    from torch import Tensor, nn

NOISE = 512
WIDTHS = (512, 512, 512, 512, 512, 256, 128)
"""Of the scales, from 4 x 4 to 256 x 256."""
READ = 5  # scales that are read: above 64 x 64 a map is as large as a picture
RATE = 0.01  # learning rate of the mapping, by which its stored weights and biases are divided
SAMPLE = 4096  # noise vectors from which mean and scale of W are measured
AVERAGED = "generator_ema."  # beside it the file holds the last trained generator, and the discriminator


def build() -> nn.Module:
    """The published generator with its constants multiplied in and W normalized."""
    from atlas.networks.modules.stylegan2 import StyleGAN2

    return StyleGAN2(NOISE, WIDTHS)


def rename(state: StateDict) -> StateDict:
    """The averaged generator of the published state, or of a state that is only that.

    The filters of its blurs, which are constant, are left out. The published outputs are blue, green, red and are
    reordered to RGB.
    """
    from atlas.networks.modules.stylegan2 import equalized

    state = {key.removeprefix(AVERAGED): value for key, value in state.items() if key.startswith(AVERAGED)} or state
    convs, rgbs = ["conv1", *_numbered(state, "convs")], ["to_rgb1", *_numbered(state, "to_rgbs")]
    styles = [f"{name}.conv.style_modulation" for name in (*convs, *rgbs)]
    renamed = _mapping(state) | {"constant": state["constant_input.input"]}
    renamed["styles.weight"] = _joined([equalized(state[f"{name}.linear.weight_orig"]) for name in styles])
    renamed["styles.bias"] = _joined([state[f"{name}.bias"] for name in styles])
    for number, name in enumerate(convs):
        renamed[f"convs.{number}.weight"] = equalized(state[f"{name}.conv.weight_orig"][0])
        renamed[f"convs.{number}.bias"] = state[f"{name}.activate.bias"]
        renamed[f"convs.{number}.noise"] = state[f"injected_noise_{number}"] * state[f"{name}.noise_injector.weight"]
    for number, name in enumerate(rgbs):
        renamed[f"rgbs.{number}.weight"] = equalized(state[f"{name}.conv.weight_orig"][0]).flip(0)
        renamed[f"rgbs.{number}.bias"] = state[f"{name}.bias"].flatten().flip(0)
    return renamed


def _mapping(state: StateDict) -> StateDict:
    """The state of the mapping: its layers, and mean and scale of W over a fixed sample of noise."""
    from atlas.networks.modules.stylegan2 import equalized, to_w

    layers = [
        (equalized(state[f"{name}.linear.weight_orig"], RATE), state[f"{name}.bias"] * RATE)
        for name in _numbered(state, "style_mapping")
    ]
    renamed = {f"mapping.layers.{number}.weight": weight for number, (weight, _) in enumerate(layers)}
    renamed |= {f"mapping.layers.{number}.bias": bias for number, (_, bias) in enumerate(layers)}
    w = to_w(sample(state["constant_input.input"], layers[0][0].shape[1]), layers)
    return renamed | {"mapping.mean": w.mean(0), "mapping.scale": w.var(0, correction=0).mean().sqrt()}


def sample(like: Tensor, noise: int) -> Tensor:
    """Noise [SAMPLE, noise] from which W is measured, on the device of `like`."""
    import torch

    random = np.random.default_rng(name_seed("stylegan2/w", 0))
    return torch.from_numpy(random.standard_normal((SAMPLE, noise), np.float32)).to(like)


def _numbered(state: StateDict, stem: str) -> list[str]:
    """The prefixes `stem.N` of a state, in order."""
    numbers = {int(key.split(".")[1]) for key in state if key.startswith(f"{stem}.")}
    return [f"{stem}.{number}" for number in sorted(numbers)]


def _joined(parts: list[Tensor]) -> Tensor:
    import torch

    return torch.cat(parts)


GENERATORS.add(
    "stylegan2-church-256",
    GeneratorSpec(
        "stylegan2-church-256",
        title="StyleGAN2, LSUN churches",
        year=2020,
        paper="karras2020analyzing",
        build=build,
        weights=UrlFile(
            "https://download.openmmlab.com/mmgen/stylegan2/official_weights/"
            "stylegan2-church-config-f-official_20210327_172657-1d42b7d1.pth",
            licence="NVIDIA Source Code License-NC (non-commercial)",
        ),
        subject="pictures",
        size=256,
        noise=NOISE,
        layers=tuple(
            LayerSpec(
                f"scale{number}",
                f"convs.{2 * number}",
                WIDTHS[number],
                f"Scale {number}, {4 << number} × {4 << number}",
            )
            for number in range(READ)
        ),
        inner="state_dict",
        mapping="mapping",
        first="styles",
        again=True,
        rename=rename,
        summary="The noise is mapped to W first, and W scales the inputs of every convolution; a picture is the sum of "
        "what its scales add. Latent vectors and directions here are in W, where zero is its mean.",
    ),
)
