"""Deconvnet (Zeiler and Fergus 2013): what an activation projects to the pixels.

In the backward pass a convolution becomes its transpose, max-pooling returns values to the positions of its maxima (the
switches), a ReLU passes the positive part of the backward signal regardless of its forward input, and normalizations
are skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.core.specs import LayerSpec, Network
from atlas.methods.attribution.method import METHODS, Attribution, Method, NotValid

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.propagation import Operation, Recorded
    from atlas.methods.attribution.target import Target


def rule(operation: Operation, signal: Tensor) -> Sequence[Tensor | None]:
    """The positive part at a ReLU, the signal itself at a normalization, else the gradient."""
    if operation.kind == "clamp":
        return (signal.clamp(min=0),)
    return (signal,) if operation.kind == "norm" else operation.pull(signal)


def rectifying(explained: Explained, images: Tensor) -> Recorded:
    """The recorded pass of a network with ReLUs; NotValid for one without."""
    from atlas.methods.attribution.propagation import Recorded, rectifies

    if not rectifies(explained.graph):
        raise NotValid(f"{explained.spec.title} has no ReLU, whose backward pass this method changes.")
    return Recorded(explained.graph, images)


def project(network: Network, layer: LayerSpec, images: Tensor, units: Tensor, positions: Tensor) -> Tensor:
    """Project one activation of each image to pixels, [N, 3, H, W], with all other activations of the layer at zero.

    `images` are [N, 3, H, W], normalized; the activation of image n is that of `units[n]` at `positions[n]`
    (row, column).
    """
    import torch

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.propagation import Recorded

    record = Recorded(Explained(network, layer, size=images.shape[-1]).graph, images)
    place = (torch.arange(len(images)), units, positions[:, 0], positions[:, 1])
    signal = torch.zeros_like(record.response)
    signal[place] = record.response[place]
    return record.back(signal, rule)


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps of the signed projection, summed over the colours."""
    record = rectifying(explained, images)
    return Attribution(record.back(target.weights.to(images.dtype), rule).sum(1))


METHODS.add(
    "deconvnet",
    Method(
        name="deconvnet",
        title="Deconvnet",
        family="gradient",
        year=2013,
        paper="zeiler2014visualizing",
        formula="R_in = R_out⁺",
        summary="The network is run backwards: convolutions are transposed, max pools put values back where their "
        "maxima were, and every ReLU passes the positive part of what comes back, whatever its input was. Local "
        "response normalization is skipped. Where no pool remembers positions, the picture depends on the image "
        "little.",
        attribute=attribute,
        needs="graph",
    ),
)
