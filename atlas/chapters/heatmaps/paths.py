"""One decision from the logit back to the pixels: which units carry it in each layer, and where in the image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array, LayerSpec

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained

LAYERS, UNITS = 5, 5  # at most, of a network and of a layer
SIDE = 28  # samples of a unit's map, at most
VERSION = 1


@dataclass(frozen=True)
class Paths:
    """The relevance (LRP composite, class against runner-up) of W images in L layers, from the first to the last.

    Shares are of the score. `share` + `rest` is what the layer's units have, 1 minus that what biases and stabilizers
    above the layer have.
    """

    layers: tuple[str, ...]
    score: Array  # [W] float32
    unit: Array  # [W, L, UNITS] int32, the largest share first; -1 where a layer has fewer
    share: Array  # [W, L, UNITS] float32
    rest: Array  # [W, L] float32, of all other units
    maps: Array  # [W, L, UNITS, SIDE, SIDE] int8: relevance of a unit over its position, of 127 at its largest


def spread(layers: Sequence[LayerSpec]) -> list[LayerSpec]:
    """At most LAYERS of the layers with maps, evenly from the first to the last."""
    spatial = [layer for layer in layers if layer.spatial]
    count = min(LAYERS, len(spatial))
    return [spatial[round(place * (len(spatial) - 1) / max(count - 1, 1))] for place in range(count)]


def find_paths(explained: Explained, images: Tensor, names: Sequence[str]) -> Paths:
    """The paths of the decisions about normalized images [W, 3, S, S] through the tapped layers `names`."""
    import torch

    from atlas.methods.attribution.lrp_composite import rules
    from atlas.methods.attribution.relevance import relevance_of_layers
    from atlas.methods.attribution.target import against_runner_up

    scores, found = [], []
    for image in images:
        with torch.no_grad():
            logits = explained(image[None])
        target = against_runner_up(logits, logits.argmax(1))
        _, layers = relevance_of_layers(explained, image[None], target, rules(explained))
        score = float(target.scores(logits)[0])
        scores.append(score)
        found.append([_carriers(layers[name][0].detach() / score) for name in names])
    parts = [np.stack([np.stack([layer[part] for layer in image]) for image in found]) for part in range(4)]
    unit, share, rest, maps = parts
    return Paths(
        layers=tuple(names),
        score=np.asarray(scores, np.float32),
        unit=unit.astype(np.int32),
        share=share.astype(np.float32),
        rest=rest.astype(np.float32),
        maps=maps,
    )


def _carriers(relevance: Tensor) -> tuple[Array, Array, Array, Array]:
    """Of [C, h, w] shares: the UNITS units with the largest sums, these sums, that of the rest, and their maps."""
    sums = relevance.sum((1, 2))
    best = sums.topk(min(UNITS, len(sums))).indices
    unit, share = np.full(UNITS, -1), np.zeros(UNITS)
    unit[: len(best)], share[: len(best)] = best.numpy(), sums[best].numpy()
    maps = np.zeros((UNITS, SIDE, SIDE), np.int8)
    maps[: len(best)] = _small(relevance[best])
    return unit, share, np.asarray(float(sums.sum() - sums[best].sum())), maps


def _small(maps: Tensor) -> Array:
    """[K, h, w] as [K, SIDE, SIDE] int8, each scaled by its largest absolute value."""
    from torch.nn.functional import adaptive_avg_pool2d, interpolate

    shrink = maps.shape[-1] > SIDE
    sized = adaptive_avg_pool2d(maps[None], SIDE)[0] if shrink else interpolate(maps[None], (SIDE, SIDE))[0]
    largest = sized.abs().flatten(1).amax(1).clamp(min=1e-30)[:, None, None]
    out: Array = (127 * sized / largest).round().numpy().astype(np.int8)
    return out
