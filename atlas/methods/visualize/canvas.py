"""The canvas: the size at which the pictures of a layer are optimized, and the steps, rate and transforms for it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import fx

from atlas.core.specs import LayerSpec, Network
from atlas.methods.visualize import Settings
from atlas.methods.visualize.robust import Robustness

SIDE = 128  # pixels that the number of steps and the rate of `Settings` are meant for
LEAST = 32  # pixels
POSITIONS = 12  # of a layer's map along the side: more would only repeat the texture of an early layer
TEXTURE_STRIDE = 4  # pixels between neighbouring positions, up to which a picture is a texture
LEAST_STEPS = 3 / 8  # share of the steps of `Settings`
# A unit of a vector (a class) stands for an object. More and smaller steps under stronger transforms show it once and
# whole, with the contrast of a photograph; those that suit maps show parts of it everywhere. Factors on `Settings`.
THING_STEPS, THING_RATE = 4 / 3, 5 / 7
THING_JITTER, THING_SCALE, THING_ROTATE = 3, 4, 1.5


@dataclass(frozen=True)
class Canvas:
    """The square of `side` pixels on which the pictures of a layer are optimized.

    A `texture` is periodic, and any part of it may be anywhere. A `thing` is the picture of a unit of a vector, which
    has no map.
    """

    side: int
    texture: bool = False
    thing: bool = False

    def steps(self, settings: Settings) -> int:
        """The number of steps, in proportion to the side: a small canvas has fewer frequencies."""
        steps = settings.steps * (THING_STEPS if self.thing else 1)
        return max(round(steps * min(max(self.side / SIDE, LEAST_STEPS), 1)), 1)

    def rate(self, settings: Settings) -> float:
        """The rate of Adam: on a small canvas a pixel is a sum of fewer waves, so each must change more."""
        rate = settings.rate * (THING_RATE if self.thing else 1)
        return float(rate * (SIDE / self.side) ** settings.decay)

    def robustness(self, settings: Settings) -> Robustness:
        """The random transforms: a texture is shifted by any distance, periodically; those of a thing are stronger."""
        if self.thing:
            return Robustness(
                settings.jitter * THING_JITTER, settings.scale * THING_SCALE, settings.rotate * THING_ROTATE
            )
        if self.texture and settings.kind != "neuron":
            return Robustness(0.5, settings.scale, settings.rotate, wrap=True)
        return Robustness(settings.jitter, settings.scale, settings.rotate)


def canvas_of(network: Network, layer: LayerSpec, graph: fx.GraphModule, size: int) -> Canvas:
    """The canvas for pictures of `layer` (cut off as `graph`) that are shown at `size` pixels.

    It holds 12 positions of the layer's map a side, in a multiple of 16 pixels from 32 up to `size` and the network's
    own input. A network whose dense layers take its own input only gets that.
    """
    own = network.spec.input_size
    example = torch.zeros(1, 3, own, own)
    with torch.inference_mode():
        response = graph(example)
        stride = own // response.shape[-1] if response.dim() == 4 else own
        side = max(min(-(-POSITIONS * stride // 16), size // 16, own // 16) * 16, min(LEAST, own))
        try:
            graph(example[:, :, :side, :side])
        except RuntimeError:  # the dense layers do not fit
            side = own
    vector = response.dim() != 4
    return Canvas(side, texture=not vector and stride <= TEXTURE_STRIDE, thing=vector)
