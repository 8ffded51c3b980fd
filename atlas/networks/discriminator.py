"""The discriminators of the InfoGANs that are trained here (Chen et al. 2016), as networks: they tell real from made, and read the codes."""

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
    LayerSpec("real", "real", 1, "Real or made", axes="unit"),
    LayerSpec("hidden", "hidden.0", 128, "Dense layer before the codes", axes="unit"),
    LayerSpec("numbers", "numbers", NUMBERS, "Numbers that are read back", axes="unit"),
    LayerSpec("logits", "choice", SHAPE_CODES, "Choice that is read back", axes="unit"),
)


def build() -> nn.Module:
    """The discriminator with the choice, its only classes, as what it returns."""
    from atlas.networks.modules.infogan import Reader

    return Reader(SHAPE_CODES, NUMBERS, WIDTH)


def rename(state: StateDict) -> StateDict:
    """The discriminator's part of the shipped state.

    Its one matrix of codes becomes that of the choice and of the numbers.
    """
    own = {key.removeprefix(PREFIX): value for key, value in state.items() if key.startswith(PREFIX)}
    for part in ("weight", "bias"):
        codes = own.pop(f"codes.{part}")
        own[f"choice.{part}"], own[f"numbers.{part}"] = codes[:SHAPE_CODES], codes[SHAPE_CODES:]
    return own


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
            summary="The judge of a generator: told sprites that are drawn from those that are made, and read the codes that "
            "the made ones came from. Nobody told it the shapes; its classes are the three choices that the pair "
            "agreed on.",
        )
    )
