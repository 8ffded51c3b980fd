"""A control: gradient x input of the same architecture with random weights, which has learned nothing."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.core.seeds import name_seed
from atlas.methods.attribution.gradient_x_input import gradient_x_input
from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor, fx

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps for the same target; the weights are drawn from the network's name."""
    graph = explained.remember("untrained", lambda: randomized(explained.graph, explained.spec.name))
    return Attribution(gradient_x_input(lambda pixels: target.scores(graph(pixels)), images).sum(1))


def randomized(graph: fx.GraphModule, name: str) -> fx.GraphModule:
    """A copy with weights of He's normal initialization and without biases."""
    import torch
    from torch import nn

    made = copy.deepcopy(graph)
    generator = torch.Generator().manual_seed(name_seed("untrained", name_seed(name, 0)))
    for part in made.modules():
        if isinstance(part, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(part.weight, nonlinearity="relu", generator=generator)
            if part.bias is not None:
                nn.init.zeros_(part.bias)
    return made


METHODS.add(
    "untrained",
    Method(
        name="untrained",
        title="Untrained network",
        family="control",
        year=3,
        paper="",
        formula="xᵢ · ∂s/∂xᵢ, weights random",
        summary="Gradient × input of the same architecture with random weights. What a map of the trained network has "
        "in common with it comes from the architecture and the image, not from what was learned.",
        attribute=attribute,
        forward=1,
        backward=1,
    ),
)
