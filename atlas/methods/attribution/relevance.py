"""Layer-wise relevance propagation (Bach et al. 2015) through a folded graph, with an account of the whole score.

The folded graph is the canonizer: batch normalization is part of the convolution before it, or one scale and shift, so
that no rule meets a normalization in a place of its own. What every rule shares:

- a ReLU, any other activation of single values, and local response normalization pass relevance unchanged;
- in a product of a gate and a signal the signal takes all (Arras et al. 2017);
- a max pool gives all to the maximum; a mean and a sum are linear operations, shared by the layer's rule;
- nothing is redistributed: what biases and the stabilizer take is added up, by layer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.func import functional_call

from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.method import Attribution, NotValid
from atlas.methods.attribution.propagation import Operation, Recorded
from atlas.methods.attribution.target import Target
from atlas.methods.visualize.graph import Scale

SMALL = 1e-6  # of the root mean square of a layer's outputs: keeps the rules without a stabilizer from dividing by zero


class LayerRule(Protocol):
    """The relevance of each input of a linear operation; what biases and stabilizer take goes into the account."""

    def __call__(self, operation: Operation, relevance: Tensor, account: Account) -> Sequence[Tensor | None]: ...


@dataclass
class Account:
    """The relevance [B] of what is no pixel, by layer."""

    ledger: dict[str, Tensor] = field(default_factory=dict)

    def add(self, layer: str, what: str, relevance: Tensor) -> None:
        """Add up relevance [B, …] of `what` ("bias", "stabilizer") of a layer."""
        total = relevance.double().flatten(1).sum(1)
        key = f"{layer}: {what}"
        self.ledger[key] = self.ledger[key] + total if key in self.ledger else total


@dataclass(frozen=True)
class Rules:
    """A rule for the layer that reads the pixels, for convolutions (and means and sums), and for dense layers."""

    pixels: LayerRule
    convolution: LayerRule
    dense: LayerRule


@dataclass(frozen=True)
class Epsilon:
    """Shares by contributions z_ij / (z_j + ε sign z_j), ε = `share` times the root mean square of the layer's z."""

    share: float

    def __call__(self, operation: Operation, relevance: Tensor, account: Account) -> Sequence[Tensor | None]:
        z = operation.output.detach()
        factor = relevance / (z + self.share * _size(z) * _sign(z))
        if (bias := _bias(operation)) is not None:
            account.add(operation.name, "bias", factor * bias)
        account.add(operation.name, "stabilizer", relevance - factor * z)
        pulled = operation.pull(factor)
        return [
            None if part is None else value.detach() * part
            for value, part in zip(operation.inputs, pulled, strict=True)
        ]


@dataclass(frozen=True)
class Signed:
    """A rule with factors of its own for positive and for negative contributions.

    `factors` maps the sums of positive and of negative contributions, and ε, to the two factors by which the relevance
    of an output is multiplied.
    """

    factors: Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]

    def __call__(self, operation: Operation, relevance: Tensor, account: Account) -> Sequence[Tensor | None]:
        leaves, positive, negative = _contributions(operation)
        above, below = positive.detach(), negative.detach()
        factors = self.factors(above, below, SMALL * _size(above + below) + 1e-12)
        up, down = (relevance * factor for factor in factors)
        if (bias := _bias(operation)) is not None:
            account.add(operation.name, "bias", up * bias.clamp(min=0) + down * bias.clamp(max=0))
        account.add(operation.name, "stabilizer", relevance - up * above - down * below)
        wanted = [leaf for pair in leaves for leaf in pair if leaf is not None]
        ends = [(sum_, signal) for sum_, signal in ((positive, up), (negative, down)) if sum_.requires_grad]
        found = torch.autograd.grad(
            [sum_ for sum_, _ in ends], wanted, [signal for _, signal in ends], allow_unused=True
        )
        parts = iter(found)
        return [_added([(leaf, next(parts)) for leaf in pair if leaf is not None]) for pair in leaves]


def gamma(share: float) -> Signed:
    """LRP-γ in its form for inputs of any sign: contributions of the output's own sign count 1 + γ times."""

    def factors(above: Tensor, below: Tensor, epsilon: Tensor) -> tuple[Tensor, Tensor]:
        z = above + below
        high = z >= 0
        whole = z + share * torch.where(high, above, below)
        one = 1 / (whole + torch.where(high, epsilon, -epsilon))
        return torch.where(high, 1 + share, 1) * one, torch.where(high, 1, 1 + share) * one

    return Signed(factors)


def alpha_beta(alpha: float) -> Signed:
    """LRP-αβ with β = α - 1: positive contributions take α of the relevance, negative ones -β. z⁺ is α = 1."""

    def factors(above: Tensor, below: Tensor, epsilon: Tensor) -> tuple[Tensor, Tensor]:
        return alpha / (above + epsilon), (1 - alpha) / (below - epsilon)

    return Signed(factors)


@dataclass(frozen=True)
class Box:
    """The z-box rule of pixels, which lie between two bounds of each colour (Montavon et al. 2017); biases get none."""

    low: tuple[float, ...]
    high: tuple[float, ...]

    def __call__(self, operation: Operation, relevance: Tensor, account: Account) -> Sequence[Tensor | None]:
        [image] = operation.inputs
        image = image.detach()
        bounds = [
            image.new_tensor(bound)[:, None, None].expand_as(image).contiguous(memory_format=torch.channels_last)
            for bound in (self.low, self.high)
        ]
        leaves = [value.clone().requires_grad_() for value in (image, *bounds)]
        positive, negative = _split(operation)
        with torch.enable_grad():
            whole = operation.again(leaves[0])
            z = whole - positive(leaves[1], False) - negative(leaves[2], False)
        bias = _bias(operation)
        total = z.detach() if bias is None else z.detach() - bias
        factor = relevance / (total + (SMALL * _size(total) + 1e-12) * _sign(total))
        account.add(operation.name, "stabilizer", relevance - factor * total)
        found = torch.autograd.grad(z, leaves, factor)
        return [_added([(leaf, part) for leaf, part in zip(leaves, found, strict=True)])]


def attribution(explained: Explained, images: Tensor, target: Target, rules: Rules) -> Attribution:
    """Relevance maps, and the ledger: pixels, biases and stabilizers sum to the score."""
    account = Account()
    record = Recorded(explained.graph, images)
    weights = target.weights.to(record.response.dtype)
    relevance = record.back(weights * record.response, _rule(record, rules, account))
    return Attribution(relevance.sum(1), target.scores(record.response).double(), account.ledger)


def relevance_of_layers(
    explained: Explained, images: Tensor, target: Target, rules: Rules
) -> tuple[Attribution, dict[str, Tensor]]:
    """The same, with the relevance [B, C, …] of every unit of the tapped layers by name, as they are tapped."""
    account, layers = Account(), dict[str, Tensor]()
    record = Recorded(explained.graph, images)
    weights = target.weights.to(record.response.dtype)
    relevance = record.back(weights * record.response, _rule(record, rules, account), layers)
    return Attribution(relevance.sum(1), target.scores(record.response).double(), account.ledger), layers


def _rule(record: Recorded, rules: Rules, account: Account) -> Callable[[Operation, Tensor], Sequence[Tensor | None]]:
    def rule(operation: Operation, relevance: Tensor) -> Sequence[Tensor | None]:
        kind = operation.kind
        if kind in ("clamp", "activation", "norm") or (kind == "sum" and len(operation.inputs) == 1):
            return (relevance,)
        if kind in ("max", "shape"):
            return operation.pull(relevance)
        if kind == "product":
            return _to_signal(operation, relevance)
        if kind in ("linear", "scale", "mean", "sum"):
            return _of_layer(operation, record, rules)(operation, relevance, account)
        raise NotValid(f"LRP has no rule for {operation.name}.")

    return rule


def _of_layer(operation: Operation, record: Recorded, rules: Rules) -> LayerRule:
    if operation.kind == "linear" and operation.sources == (record.images,):
        return rules.pixels
    return rules.dense if isinstance(operation.module, nn.Linear) else rules.convolution


def _to_signal(operation: Operation, relevance: Tensor) -> Sequence[Tensor | None]:
    """All relevance to the signal of a product: the input that is no gate, which has fewer values."""
    if len(operation.inputs) == 1:
        return (relevance,)
    sizes = [value.numel() for value in operation.inputs]
    if sizes[0] == sizes[1]:
        raise NotValid(f"LRP cannot see which input of {operation.name} is the gate: both are of one size.")
    return [relevance if size == max(sizes) else None for size in sizes]


def _contributions(operation: Operation) -> tuple[list[tuple[Tensor, Tensor | None]], Tensor, Tensor]:
    """The positive and negative part of each input as leaves, and the sums of positive and negative contributions."""
    positive, negative = _split(operation)
    leaves: list[tuple[Tensor, Tensor | None]] = []
    for value in operation.inputs:
        signed = bool((value < 0).any())
        below = value.detach().clamp(max=0).requires_grad_() if signed else None
        leaves.append((value.detach().clamp(min=0).requires_grad_(), below))
    with torch.enable_grad():
        ups = [up for up, _ in leaves]
        above, below_ = positive(*ups, True), negative(*ups, True)
        if any(down is not None for _, down in leaves):
            downs = [torch.zeros_like(up) if down is None else down for up, down in leaves]
            above, below_ = above + negative(*downs, False), below_ + positive(*downs, False)
    return leaves, above, below_


def _split(operation: Operation) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
    """The operation with the positive and with the negative part of its weights; the last argument adds biases."""
    module = operation.module
    if operation.kind not in ("linear", "scale") or module is None:  # weights are positive
        return lambda *values: operation.again(*values[:-1]), lambda *values: torch.zeros_like(operation.output)

    def part(which: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
        names = {name: which(value) for name, value in module.named_parameters()}

        def call(value: Tensor, biased: bool) -> Tensor:
            given = {
                name: tensor if biased or name not in ("bias", "shift") else torch.zeros_like(tensor)
                for name, tensor in names.items()
            }
            found: Tensor = functional_call(module, given, (value,))
            return found

        return call

    return part(lambda weight: weight.clamp(min=0)), part(lambda weight: weight.clamp(max=0))


def _bias(operation: Operation) -> Tensor | None:
    """The bias of a linear operation, in the shape of its output."""
    module = operation.module
    if isinstance(module, Scale):
        return module.shift
    bias = getattr(module, "bias", None) if operation.kind == "linear" else None
    if bias is None:
        return None
    return bias[:, None, None] if operation.output.ndim == 4 else bias  # type: ignore[no-any-return]


def _added(parts: Sequence[tuple[Tensor, Tensor | None]]) -> Tensor | None:
    found = [leaf.detach() * part for leaf, part in parts if part is not None]
    return torch.stack(found).sum(0) if len(found) > 1 else (found[0] if found else None)


def _size(z: Tensor) -> Tensor:
    """The root mean square of each image's values, in a shape to multiply them."""
    size = z.flatten(1).square().mean(1).sqrt()
    return size.reshape(-1, *[1] * (z.ndim - 1))


def _sign(z: Tensor) -> Tensor:
    """1 for zero and above, -1 below."""
    return torch.where(z >= 0, 1.0, -1.0).to(z.dtype)
