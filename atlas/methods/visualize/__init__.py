"""Feature visualization by activation maximization, for units and for directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas.core.results import Picture
from atlas.core.specs import Array, LayerSpec, Network, Unit

VERSION = 7  # of the results: part of the store's keys
BATCH = 16  # pictures computed at a time, always: for fewer ones torch selects other kernels, which round differently
KINDS = ("channel", "neuron", "negative", "diverse")
DIVERSE = 4  # mutually dissimilar pictures of a unit


@dataclass(frozen=True)
class Settings:
    """The settings of the optimization. Every field changes the result, so all are part of the store's keys.

    Lengths are in pixels of the picture or shares of its side. The defaults reach in 48 steps what lucid's reach in
    512. A layer that sees less than the picture is optimized on a smaller canvas (`canvas.py`), with fewer and larger
    steps.
    """

    kind: str = "channel"  # channel: spatial mean · neuron: centre · negative: minus the mean · diverse: 4 pictures
    size: int = 128  # side of the picture in pixels, as shown
    steps: int = 48  # on a canvas of 128 pixels
    rate: float = 0.035  # of Adam, there; constant: a decay gives worse pictures at this number of steps
    deviation: float = 0.05  # standard deviation of the spectrum at the start
    # Of amplitude with frequency. lucid's 1 spends the steps on grain; with 1.5 shapes come first (a goldfish, a
    # teapot). In 12 layers of seven networks the mean score was 0.93 to 1.38 times that of 1 (at a rate of 0.1), 1.05
    # on average.
    decay: float = 1.5
    jitter: float = 1 / 12  # largest shift, share of the side (a texture: anywhere)
    scale: float = 0.1  # largest change of scale
    rotate: float = 10.0  # largest rotation in degrees
    power: float = 2.0  # of the cosine in the objective of a direction
    diversity: float = 100.0  # weight of the diversity term of kind "diverse"
    transforms: int = 8  # held-out transforms that the score is the mean of
    precision: str = "auto"  # bfloat16 · float32 · auto: bfloat16 where the processor has it


def visualize_units(
    network: Network, layer: LayerSpec, units: Sequence[Unit], settings: Settings, *, seed: int, device: str = "cpu"
) -> list[Picture]:
    """Optimize a picture of each of `units`, all of `layer` (four each for kind "diverse"), in their order.

    A picture depends on the unit's name and `seed`, never on the other units. `score_mean` and `score_max` are the
    unit's mean and largest response (before the nonlinearity).

    Raises:
        AtlasError: a unit that the layer does not have, an unknown kind, or a layer that cannot be cut.
    """
    from atlas.methods.visualize.batch import unit_pictures

    return unit_pictures(network, layer, units, settings, seed=seed, device=device)


def visualize_directions(
    network: Network,
    layer: LayerSpec,
    directions: Array,
    names: Sequence[str],
    settings: Settings,
    *,
    seed: int,
    device: str = "cpu",
) -> list[Picture]:
    """Optimize a picture of each row of `directions` [M, C] float32: dot x max(0.1, cosine)^power (Carter et al. 2019).

    The seed of row i is derived from `names[i]`. `score_mean` and `score_max` are the mean and largest response along
    the direction of length 1.
    """
    from atlas.methods.visualize.batch import direction_pictures

    return direction_pictures(network, layer, directions, names, settings, seed=seed, device=device)
