"""Randomization of a network's layers from the top (Adebayo et al. 2018): a map that does not change is not about it.

It flags, it does not rank: noise passes (Binder et al. 2023).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.core.seeds import name_seed
from atlas.core.specs import Array
from atlas.methods.evaluation.intervention import rank_correlation

if TYPE_CHECKING:
    from atlas.methods.attribution.explained import Explained

STAGES = 4  # the cascade stops after each quarter of the layers with weights
UNCHANGED = 0.5  # rank correlation of absolute maps, wholly random against trained, above which a map is flagged


def cascade(explained: Explained, seed: int) -> Iterator[Explained]:
    """The network with more and more of its layers random, from the last one down; each drawn as at initialization."""
    import torch
    from torch import nn

    graph = copy.deepcopy(explained.graph)
    layers = [part for part in graph.modules() if isinstance(part, nn.Conv2d | nn.Linear)][::-1]
    generator = torch.Generator().manual_seed(name_seed("randomization", seed))
    for stage in range(STAGES):
        for layer in layers[stage * len(layers) // STAGES : (stage + 1) * len(layers) // STAGES]:
            spread = layer.weight.std()
            nn.init.normal_(layer.weight, 0.0, float(spread), generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        yield explained.with_graph(copy.deepcopy(graph))


def similarity(one: Array, other: Array) -> Array:
    """[B] rank correlation of the absolute values of two sets of maps [B, S, S]."""
    pairs = zip(np.abs(one).reshape(len(one), -1), np.abs(other).reshape(len(other), -1), strict=True)
    return np.array([rank_correlation(first[None], second)[0] for first, second in pairs])


def is_flagged(similarities: Any) -> bool:
    """Whether maps stay as they are though no layer is trained: the median over images at the last stage."""
    last = np.asarray(similarities)[..., -1]
    known = last[np.isfinite(last)]
    return bool(len(known) and np.median(known) > UNCHANGED)
