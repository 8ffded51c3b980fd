"""What a decision rests on, by four other means: gradient x input, integrated gradients, occlusion, and deletion.

A symbol is taken away by putting the zero vector in place of its embedding; that is also where integrated gradients start.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from atlas.types import Array

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.networks.modules.recurrent import Recurrent

STEPS = 128


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
    """[T] mean gradient on the way from no symbols at all to these (midpoint rule), times the embedding."""
    import torch

    embedded = _embedded(module, symbols)
    way = ((torch.arange(steps, dtype=embedded.dtype) + 0.5) / steps)[:, None, None]
    mean = _gradients(module, way * embedded, direction).mean(0)
    return np.asarray((mean * embedded).sum(1).numpy())


def incompleteness(module: Recurrent, symbols: Array, direction: Array, given: Array) -> float:
    """How far `given` [T] is from summing to score(symbols) - score(none), as a share of that."""
    import torch

    embedded = _embedded(module, symbols)
    with torch.no_grad():
        full, none = _score(module, torch.stack([embedded, torch.zeros_like(embedded)]), direction).tolist()
    return float(abs(given.sum() - (full - none)) / max(abs(full - none), 1e-12))


def occlusion(module: Recurrent, symbols: Array, direction: Array) -> Array:
    """[T] how much the score falls when one symbol is taken away."""
    import torch

    embedded = _embedded(module, symbols)
    with torch.no_grad():
        left_out = (1 - torch.eye(len(embedded), dtype=embedded.dtype))[:, :, None] * embedded
        full = _score(module, embedded[None], direction)
        return np.asarray((full - _score(module, left_out, direction)).numpy())


def deletion(module: Recurrent, symbols: Array, direction: Array, order: Array) -> Array:
    """[T + 1] the score after taking away the first 0, 1, … T symbols of `order` [T]."""
    import torch

    embedded = _embedded(module, symbols)
    place = np.empty(len(order), np.int64)
    place[np.asarray(order)] = np.arange(len(order))
    kept = torch.from_numpy(place[None] >= np.arange(len(order) + 1)[:, None]).to(embedded.dtype)
    with torch.no_grad():
        return np.asarray(_score(module, kept[:, :, None] * embedded, direction).numpy())


def deletion_areas(
    module: Recurrent, symbols: Array, direction: Array, given: Mapping[str, Array], *, seed: int, orders: int = 20
) -> dict[str, float]:
    """Mean score while symbols are taken away, most relevant first, minus that for random orders: lower is better."""
    rng = np.random.default_rng(seed)
    by_chance = np.mean([
        deletion(module, symbols, direction, rng.permutation(len(symbols))).mean() for _ in range(orders)
    ])  # fmt: skip
    return {
        name: float(deletion(module, symbols, direction, np.argsort(-values, kind="stable")).mean() - by_chance)
        for name, values in given.items()
    }
