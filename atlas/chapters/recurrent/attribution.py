"""Attribution by gradient x input, integrated gradients and occlusion, and deletion curves that compare such methods.

A symbol is removed by setting its embedding to zero; that is also the baseline of integrated gradients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.networks.modules.recurrent import Recurrent

STEPS = (
    128  # of integrated gradients, by Gauss's rule: fewer are inexact near the baseline, where the score changes most
)
POINTS = 16  # of a deletion curve
ORDERS = 20  # random orders that it is compared with


def _score(module: Recurrent, embedded: Tensor, direction: Array) -> Tensor:
    """[B] direction . outputs after the last symbol of [B, T, E]."""
    import torch

    states, _ = module.cell(embedded)
    found: Tensor = module.head(states[:, -1]) @ torch.as_tensor(direction, dtype=embedded.dtype)
    return found


def _embedded(module: Recurrent, symbols: Array) -> Tensor:
    import torch

    found: Tensor = module.embed(torch.from_numpy(np.asarray(symbols)))
    return found.detach()


def _gradients(module: Recurrent, embedded: Tensor, direction: Array) -> Tensor:
    import torch

    with torch.enable_grad():
        leaf = embedded.clone().requires_grad_(True)
        (found,) = torch.autograd.grad(_score(module, leaf, direction).sum(), leaf)
    return found


def gradient_x_input(module: Recurrent, symbols: Array, direction: Array) -> Array:
    """[T] gradient of the score times the embedding, summed over its entries."""
    embedded = _embedded(module, symbols)
    return np.asarray((_gradients(module, embedded[None], direction)[0] * embedded).sum(1).numpy())


def integrated_gradients(module: Recurrent, symbols: Array, direction: Array, *, steps: int = STEPS) -> Array:
    """[T] mean gradient on the way from no symbols at all to these (Gauss-Legendre rule), times the embedding."""
    import torch

    embedded = _embedded(module, symbols)
    places, shares = (
        (values + shift) / 2 for values, shift in zip(np.polynomial.legendre.leggauss(steps), (1, 0), strict=True)
    )
    way, share = (torch.as_tensor(values, dtype=embedded.dtype)[:, None, None] for values in (places, shares))
    mean = (share * _gradients(module, way * embedded, direction)).sum(0)
    return np.asarray((mean * embedded).sum(1).numpy())


def incompleteness(module: Recurrent, symbols: Array, direction: Array, given: Array) -> float:
    """How far `given` [T] is from summing to score(symbols) - score(none), as a share of that."""
    import torch

    embedded = _embedded(module, symbols)
    with torch.no_grad():
        full, none = _score(module, torch.stack([embedded, torch.zeros_like(embedded)]), direction).tolist()
    return float(abs(given.sum() - (full - none)) / max(abs(full - none), 1e-12))


def occlusion(module: Recurrent, symbols: Array, direction: Array) -> Array:
    """[T] the score minus that without one symbol."""
    import torch

    embedded = _embedded(module, symbols)
    with torch.no_grad():
        left_out = (1 - torch.eye(len(embedded), dtype=embedded.dtype))[:, :, None] * embedded
        full = _score(module, embedded[None], direction)
        return np.asarray((full - _score(module, left_out, direction)).numpy())


def deletion(module: Recurrent, symbols: Array, direction: Array, order: Array, taken: Array | None = None) -> Array:
    """[P] the score without the first so many symbols of `order` [T], for each
    number in `taken` [P], by default 0, 1, … T.
    """
    import torch

    embedded = _embedded(module, symbols)
    numbers = np.arange(len(order) + 1) if taken is None else taken
    place = np.empty(len(order), np.int64)
    place[np.asarray(order)] = np.arange(len(order))
    kept = torch.from_numpy(place[None] >= numbers[:, None]).to(embedded.dtype)
    with torch.no_grad():
        return np.asarray(_score(module, kept[:, :, None] * embedded, direction).numpy())


CHANCE = "random order"


def deletion_curves(
    module: Recurrent, symbols: Array, direction: Array, given: Mapping[str, Array], *, seed: int, orders: int = ORDERS
) -> dict[str, Array]:
    """[P + 1] the score while symbols are removed in P equal parts, most relevant
    first; of CHANCE the mean of random orders.
    """
    rng = np.random.default_rng(seed)
    taken = np.rint(np.linspace(0, len(symbols), min(len(symbols), POINTS) + 1)).astype(int)
    by_chance = [deletion(module, symbols, direction, rng.permutation(len(symbols)), taken) for _ in range(orders)]
    return {
        name: deletion(module, symbols, direction, np.argsort(-values, kind="stable"), taken)
        for name, values in given.items()
    } | {CHANCE: np.mean(by_chance, 0)}


def deletion_areas(curves: Mapping[str, Array]) -> dict[str, float]:
    """Mean score of each method's curve, minus that of random orders: lower is better."""
    return {name: float(values.mean() - curves[CHANCE].mean()) for name, values in curves.items() if name != CHANCE}
