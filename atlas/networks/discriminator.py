"""The discriminators of the embedded InfoGANs (Chen et al. 2016) as image networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.core.sources import EmbeddedFile
from atlas.core.specs import LayerSpec, NetworkSpec, StateDict
from atlas.networks import register
from atlas.networks.generators import NUMBERS, SEEDS, SHAPE_CODES
from atlas.networks.miniature import HALF

if TYPE_CHECKING:
    from torch import nn

PREFIX = "discriminator."
WIDTH = 24
LAYERS = (
    LayerSpec("conv1", "conv1.0", WIDTH, "Convolution 1"),
    LayerSpec("conv2", "conv2.0", 2 * WIDTH, "Convolution 2"),
    LayerSpec("conv3", "conv3.0", 4 * WIDTH, "Convolution 3"),
    LayerSpec("fc", "fc", 128, "Shared dense layer", axes="unit"),
    LayerSpec("real", "real", 1, "Real or generated", axes="unit"),
    LayerSpec("hidden", "hidden.0", 128, "Dense layer before the codes", axes="unit"),
    LayerSpec("numbers", "numbers", NUMBERS, "Predicted numbers", axes="unit"),
    LayerSpec("logits", "choice", SHAPE_CODES, "Predicted choice", axes="unit"),
)


def build() -> nn.Module:
    """The discriminator with the logits of the choice, its only classes, as its output."""
    from atlas.networks.modules.infogan import Reader

    return Reader(SHAPE_CODES, NUMBERS, WIDTH)


def rename(state: StateDict) -> StateDict:
    """The discriminator's part of the shipped state, its head split into that of the choice and that of the numbers."""
    state = {key.removeprefix(PREFIX): value for key, value in state.items() if key.startswith(PREFIX)}
    for part in ("weight", "bias"):
        codes = state.pop(f"codes.{part}")
        state[f"choice.{part}"], state[f"numbers.{part}"] = codes[:SHAPE_CODES], codes[SHAPE_CODES:]
    return state


for _seed, _sha256 in SEEDS.items():
    register(
        NetworkSpec(
            name=f"infogan-discriminator-{_seed}",
            title=f"InfoGAN discriminator, seed {_seed}",
            year=2016,
            paper="chen2016infogan",
            build=build,
            rename=rename,
            weights=EmbeddedFile(f"generative/infogan-sprites-{_seed}.safetensors", _sha256, "Apache-2.0"),
            input_size=32,
            mean=HALF,
            std=HALF,
            layers=LAYERS,
            labels="infogan-choices",
            summary="The discriminator of an InfoGAN: it separates drawn from generated sprites and predicts the codes "
            "of the generated ones. It was trained without labels of the shapes; its classes are the three values of "
            "the categorical code.",
        )
    )
