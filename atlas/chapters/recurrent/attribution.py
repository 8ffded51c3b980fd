"""Attribution of a recurrent network's output to the symbols that it read.

The inputs of the methods are embeddings; a symbol is removed by setting its embedding to zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array
from atlas.methods.attribution import deletion as removal
from atlas.methods.attribution import gradient_x_input as gradient
from atlas.methods.attribution import integrated_gradients as integrated
from atlas.methods.attribution import occlusion as erasure
from atlas.methods.attribution.score import Score

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.networks.modules.recurrent import Recurrent

STEPS = (
    128  # of integrated gradients, by Gauss's rule: fewer are inexact near the baseline, where the score changes most
)
POINTS = 16  # of a deletion curve
ORDERS = 20  # random orders that it is compared with


def score_of(module: Recurrent, direction: Array) -> Score:
    """direction . outputs [B] after the last symbol of embeddings [B, T, E]; `direction` is [O]."""
    import torch

    def score(embedded: Tensor) -> Tensor:
        states, _ = module.cell(embedded)
        found: Tensor = module.head(states[:, -1]) @ torch.as_tensor(direction, dtype=embedded.dtype)
        return found

    return score


def embedded(module: Recurrent, symbols: Array) -> Tensor:
    """[T, E] embeddings of the symbols [T]."""
    import torch

    found: Tensor = module.embed(torch.from_numpy(np.asarray(symbols)))
    return found.detach()


def by_symbol(inputs: Tensor) -> Tensor:
    """[T, 1] the segments of embeddings [T, E]: each symbol is a part."""
    import torch

    return torch.arange(len(inputs))[:, None]


def gradient_x_input(module: Recurrent, symbols: Array, direction: Array) -> Array:
    """[T] gradient x input, summed over the entries of each embedding."""
    inputs = embedded(module, symbols)
    return np.asarray(gradient.gradient_x_input(score_of(module, direction), inputs[None])[0].sum(1).numpy())


def integrated_gradients(module: Recurrent, symbols: Array, direction: Array, *, steps: int = STEPS) -> Array:
    """[T] integrated gradients, summed over the entries of each embedding."""
    inputs = embedded(module, symbols)
    return np.asarray(integrated.integrated_gradients(score_of(module, direction), inputs, steps=steps).sum(1).numpy())


def incompleteness(module: Recurrent, symbols: Array, direction: Array, attributions: Array) -> float:
    """How far `attributions` [T] are from summing to score(symbols) - score(none), as a share of that."""
    return integrated.incompleteness(score_of(module, direction), embedded(module, symbols), float(attributions.sum()))


def occlusion(module: Recurrent, symbols: Array, direction: Array) -> Array:
    """[T] the score minus that without each symbol."""
    inputs = embedded(module, symbols)
    return np.asarray(erasure.occlusion(score_of(module, direction), inputs, by_symbol(inputs)).numpy())


def deletion(module: Recurrent, symbols: Array, direction: Array, order: Array) -> Array:
    """[T + 1] the scores without the first 0, 1, … T symbols of `order` [T]."""
    inputs, removed = embedded(module, symbols), np.arange(len(order) + 1)
    scores = removal.deletion_scores(score_of(module, direction), inputs, by_symbol(inputs), order, removed)
    return np.asarray(scores.numpy())


def deletion_curves(
    module: Recurrent,
    symbols: Array,
    direction: Array,
    attributions: Mapping[str, Array],
    *,
    seed: int,
    orders: int = ORDERS,
) -> dict[str, Array]:
    """[P + 1] the scores by method while symbols are removed in P = min(T, POINTS) equal steps, most relevant first."""
    inputs, score = embedded(module, symbols), score_of(module, direction)
    return removal.deletion_curves(
        score, inputs, by_symbol(inputs), attributions, points=POINTS, orders=orders, seed=seed
    )
