"""DeepLift (Shrikumar, Greenside and Kundaje 2017), rescale rule: differences from a baseline, layer by layer.

Multipliers come back as gradients do, with three exceptions. A function of single values has the slope between its
inputs on the image and on the baseline. A max pool gives each output's difference to the position of the larger of the
two maxima, and divides by the input's difference after windows that overlap are added up (as Lundberg and Lee's
implementation does; the sum is exact). A product of two values gives each its difference times the mean of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.method import METHODS, Attribution, Method, NotValid

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.propagation import Operation, Recorded
    from atlas.methods.attribution.target import Target

TINY = 1e-6  # differences of inputs below this share of the largest take the slope at the image


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps of the normalized images; the baseline is the mean colour."""
    import torch

    from atlas.methods.attribution.propagation import Recorded

    record = Recorded(explained.graph, images)
    reference = Recorded(explained.graph, torch.zeros_like(images[:1]))
    multipliers = record.back(
        target.weights.to(images.dtype), lambda operation, signal: _rule(operation, reference, signal)
    )
    scores, before = (target.scores(each.double()) for each in (record.response, reference.response))
    return Attribution((multipliers * images).sum(1), expected=scores - before)


def _rule(operation: Operation, reference: Recorded, signal: Tensor) -> Sequence[Tensor | None]:
    other, kind = reference.operations[operation.node], operation.kind
    if kind in ("linear", "scale", "mean", "sum", "shape"):
        return operation.pull(signal)
    if kind == "clamp":
        return (_of_clamp(operation, other, signal),)
    if kind == "activation":
        return (_rescaled(operation, other, signal),)
    if kind == "max":
        return (_of_maxima(operation, other, signal),)
    if kind == "product":
        return _of_product(operation, other, signal)
    if kind == "norm":
        return (_of_norm(operation, other, signal),)
    raise NotValid(f"DeepLift has no rule for {operation.name}.")


def _rescaled(operation: Operation, other: Operation, signal: Tensor) -> Tensor:
    """The signal times the slope between baseline and image."""
    slope = _slope(operation.output - other.output, operation.inputs[0] - other.inputs[0])
    [local] = operation.pull(signal)
    assert local is not None
    return (signal * slope).where(slope.isfinite(), local)


def _of_clamp(operation: Operation, other: Operation, signal: Tensor) -> Tensor:
    """The same for a ReLU, whose differences are exact however small: any slope will do where there is none."""
    slope = (operation.output - other.output).detach()
    slope /= operation.inputs[0].detach() - other.inputs[0].detach()
    return slope.nan_to_num_(nan=0.0).mul_(signal)


def _slope(outputs: Tensor, inputs: Tensor) -> Tensor:
    """outputs / inputs, infinite where the inputs hardly differ."""
    outputs, inputs = outputs.detach(), inputs.detach()
    return (outputs / inputs).masked_fill(inputs.abs() <= TINY * inputs.abs().max(), float("inf"))


def _of_maxima(operation: Operation, other: Operation, signal: Tensor) -> Tensor:
    """Each window's difference to the position of the larger maximum, over the difference of the input there."""
    import torch

    values, zeros = (each.inputs[0].detach() for each in (operation, other))
    difference = (operation.output - other.output).detach()
    [up] = operation.pull((signal * difference).where(difference >= 0, 0))
    before = zeros.expand_as(values).clone().requires_grad_()
    with torch.enable_grad():
        pooled = operation.again(before)
    [down] = torch.autograd.grad(pooled, before, (signal * difference).where(difference < 0, 0))
    assert up is not None
    changed = values - zeros
    return ((up + down) / changed).where(changed != 0, 0)


def _of_product(operation: Operation, other: Operation, signal: Tensor) -> Sequence[Tensor | None]:
    """Each factor gets the mean of the other; of a square, the sum of its value and the baseline's."""
    if len(operation.node.all_input_nodes) == 1 and len(operation.node.args) == 2 and _squared(operation):
        return (signal * (operation.inputs[0] + other.inputs[0]).detach(),)
    if len(operation.inputs) == 1:  # times a constant
        return operation.pull(signal)
    one, two = ((now + before).detach() / 2 for now, before in zip(operation.inputs, other.inputs, strict=True))
    shapes = [value.shape for value in operation.inputs]
    return [(signal * two).sum_to_size(shapes[0]), (signal * one).sum_to_size(shapes[1])]


def _squared(operation: Operation) -> bool:
    first, second = operation.node.args[:2]
    return first is second


def _of_norm(operation: Operation, other: Operation, signal: Tensor) -> Tensor:
    """Local response normalization as what it is: a value times a power of a sum of squares."""
    import torch

    value, before = operation.inputs[0].detach(), other.inputs[0].detach()
    squares = value.square().requires_grad_()
    with torch.enable_grad():
        total, power = _sum_of_squares(operation, squares)
    less, _ = _sum_of_squares(other, before.square())
    total_, factors = total.detach(), (total.detach() ** power, less**power)
    slope = _slope(factors[0] - factors[1], total_ - less)
    slope = slope.where(slope.isfinite(), power * total_ ** (power - 1))
    [back] = torch.autograd.grad(total, squares, signal * (value + before) / 2 * slope)
    return signal * (factors[0] + factors[1]) / 2 + back * (value + before)


def _sum_of_squares(operation: Operation, squares: Tensor) -> tuple[Tensor, float]:
    """What local response normalization raises to a power, from the squares of its inputs, and the power."""
    from torch import nn
    from torch.nn import functional

    module = operation.module
    if isinstance(module, nn.LocalResponseNorm):
        before, after = module.size // 2, (module.size - 1) // 2
        padded = functional.pad(squares[:, None], (0, 0, 0, 0, before, after))
        mean = functional.avg_pool3d(padded, (module.size, 1, 1), stride=1)[:, 0]
        return module.k + module.alpha * mean, -module.beta
    band, k = module.band, module.k  # type: ignore[union-attr]
    return functional.conv2d(squares, band) + k, -0.75  # type: ignore[arg-type,operator]


METHODS.add(
    "deeplift",
    Method(
        name="deeplift",
        title="DeepLift",
        family="gradient",
        year=2017,
        paper="shrikumar2017learning",
        formula="Σ_c (x_c − b_c) · m_c, m = Δout / Δin at each nonlinearity",
        summary="Every response is compared with its response to a baseline image, here the mean colour (zero after "
        "normalization), and the difference of the scores is passed back: a ReLU multiplies by the slope between its "
        "two inputs instead of the gradient, which would be zero where it saturates. The map sums to the score of the "
        "image minus that of the baseline, for max pools with overlapping windows, gates and local response "
        "normalization too.",
        attribute=attribute,
        promise="completeness",
        needs="graph",
        parameters={"baseline": "mean colour", "rule": "rescale"},
    ),
)
