"""StyleGAN2 of LSUN's churches at 256 pixels: NVIDIA's weights of configuration F as MMGeneration converted them."""

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
RATE = 0.01  # of the mapping's learning: its weights and biases are kept divided by it
SAMPLE = 4096  # noises whose W tells its mean and its scale
AVERAGED = "generator_ema."  # beside it lie the generator that was trained last, and the discriminator


def build() -> nn.Module:
    """The published generator, constants multiplied in, W normalized."""
    from atlas.networks.modules.stylegan2 import StyleGAN2

    return StyleGAN2(NOISE, WIDTHS)


def rename(state: StateDict) -> StateDict:
    """The averaged generator of the published state, or a state that is only that.

    The filters of its blurs are left out: they are the same everywhere. What it draws is blue first, and is turned to
    red first.
    """
    from atlas.networks.modules.stylegan2 import equalized

    own = {key.removeprefix(AVERAGED): value for key, value in state.items() if key.startswith(AVERAGED)} or state
    convs, rgbs = ["conv1", *_numbered(own, "convs")], ["to_rgb1", *_numbered(own, "to_rgbs")]
    styles = [f"{name}.conv.style_modulation" for name in (*convs, *rgbs)]
    found = _mapping(own) | {"constant": own["constant_input.input"]}
    found["styles.weight"] = _joined([equalized(own[f"{name}.linear.weight_orig"]) for name in styles])
    found["styles.bias"] = _joined([own[f"{name}.bias"] for name in styles])
    for number, name in enumerate(convs):
        found[f"convs.{number}.weight"] = equalized(own[f"{name}.conv.weight_orig"][0])
        found[f"convs.{number}.bias"] = own[f"{name}.activate.bias"]
        found[f"convs.{number}.noise"] = own[f"injected_noise_{number}"] * own[f"{name}.noise_injector.weight"]
    for number, name in enumerate(rgbs):
        found[f"rgbs.{number}.weight"] = equalized(own[f"{name}.conv.weight_orig"][0]).flip(0)
        found[f"rgbs.{number}.bias"] = own[f"{name}.bias"].flatten().flip(0)
    return found


def _mapping(own: StateDict) -> StateDict:
    """The layers of the mapping, and mean and scale of W over a fixed sample of noise."""
    from atlas.networks.modules.stylegan2 import equalized, to_w

    layers = [
        (equalized(own[f"{name}.linear.weight_orig"], RATE), own[f"{name}.bias"] * RATE)
        for name in _numbered(own, "style_mapping")
    ]
    found = {f"mapping.layers.{number}.weight": weight for number, (weight, _) in enumerate(layers)}
    found |= {f"mapping.layers.{number}.bias": bias for number, (_, bias) in enumerate(layers)}
    w = to_w(sample(own["constant_input.input"], layers[0][0].shape[1]), layers)
    return found | {"mapping.mean": w.mean(0), "mapping.scale": w.var(0, correction=0).mean().sqrt()}


def sample(like: Tensor, noise: int) -> Tensor:
    """[SAMPLE, noise] the noises from which W is measured, where `like` lies."""
    import torch

    random = np.random.default_rng(name_seed("stylegan2/w", 0))
    return torch.from_numpy(random.standard_normal((SAMPLE, noise), np.float32)).to(like)


def _numbered(own: StateDict, stem: str) -> list[str]:
    """The parts `stem.N` of a state, in order."""
    numbers = {int(key.split(".")[1]) for key in own if key.startswith(f"{stem}.")}
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
        summary="The noise is mapped to W first, and W scales the inputs of every convolution; a picture is the sum of what its "
        "scales add. Latent vectors and directions here are in W, where zero is its mean.",
    ),
)
