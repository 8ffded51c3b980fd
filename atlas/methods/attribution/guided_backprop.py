"""Guided backpropagation (Springenberg et al. 2015): a ReLU passes positive signals of positive inputs only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.deconvnet import rectifying
from atlas.methods.attribution.method import METHODS, Attribution, Method
from atlas.runtime.memory import keep_last

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.propagation import Operation
    from atlas.methods.attribution.target import Target


def rule(operation: Operation, signal: Tensor) -> Sequence[Tensor | None]:
    """The gradient of the positive part of a ReLU's signal; any other operation has its gradient."""
    return operation.pull(signal.clamp(min=0) if operation.kind == "clamp" else signal)


def _key(explained: Explained, images: Tensor, target: Target) -> str:
    return explained.key(images, target)


@keep_last(_key)
def guided_gradients(explained: Explained, images: Tensor, target: Target) -> Tensor:
    """[B, 3, S, S] guided gradients; the last ones are kept for others. NotValid for a network without ReLUs."""
    record = rectifying(explained, images)
    return record.back(target.weights.to(images.dtype), rule)


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps of the signed guided gradient, summed over the colours."""
    return Attribution(guided_gradients(explained, images, target).sum(1))


METHODS.add(
    "guided-backprop",
    Method(
        name="guided-backprop",
        title="Guided backpropagation",
        family="gradient",
        year=2014,
        paper="springenberg2015striving",
        formula="R_in = R_out⁺ · [z > 0]",
        summary="The gradient, but on its way back each ReLU passes the signal only where both its input and the "
        "signal are positive: paths that lower the score are cut off. The pictures are sharp, since the rule recovers "
        "edges of the image, and hardly depend on the class that is explained (Adebayo et al. 2018; Sixt, Granz and "
        "Landgraf 2020).",
        attribute=attribute,
        needs="graph",
    ),
)
