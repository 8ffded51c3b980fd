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
    from atlas.methods.attribution.target import Target

LAYERS, UNITS = 5, 5  # at most, of a network and of a layer
SIDE = 28  # samples of a unit's map, at most
METHOD = "lrp-epsilon"  # its relevance goes with the true drops of silenced units; LRP composite's hardly does


@dataclass(frozen=True)
class Paths:
    """What carries the decisions about W images (class against runner-up) in L layers, from the first to the last.

    In logits: `relevance` of the units + `rest` + what biases and stabilizers above the layer have = `score`. `drop` is
    the check: how far the score really falls when the unit alone is silenced (its response, before the nonlinearity,
    set to zero).
    """

    layers: tuple[str, ...]
    score: Array  # [W] float32
    unit: Array  # [W, L, UNITS] int32, the largest relevance first; -1 where a layer has fewer
    relevance: Array  # [W, L, UNITS] float32
    drop: Array  # [W, L, UNITS] float32
    rest: Array  # [W, L] float32, relevance of all other units
    maps: Array  # [W, L, UNITS, SIDE, SIDE] int8: relevance of a unit over its position, of 127 at its largest
    where: Array  # [W, L, SIDE, SIDE] int8: relevance of the whole layer, likewise


def spread(layers: Sequence[LayerSpec]) -> list[LayerSpec]:
    """At most LAYERS of the layers with maps, evenly from the first to the last."""
    spatial = [layer for layer in layers if layer.spatial]
    count = min(LAYERS, len(spatial))
    return [spatial[round(place * (len(spatial) - 1) / max(count - 1, 1))] for place in range(count)]


def find_paths(explained: Explained, images: Tensor, names: Sequence[str], classes: Tensor | None = None) -> Paths:
    """The paths of the decisions about normalized images [W, 3, S, S] through the tapped layers `names`.

    `classes` [W] are explained instead of the predicted ones.
    """
    wanted = [None] * len(images) if classes is None else list(classes[:, None])
    pairs = zip(images, wanted, strict=True)
    scores, found = zip(*(_path(explained, image[None], names, one) for image, one in pairs), strict=True)
    unit, relevance, drop, rest, maps, where = (
        np.stack([np.stack([layer[part] for layer in image]) for image in found]) for part in range(6)
    )
    return Paths(
        layers=tuple(names),
        score=np.asarray(scores, np.float32),
        unit=unit.astype(np.int32),
        relevance=relevance.astype(np.float32),
        drop=drop.astype(np.float32),
        rest=rest.astype(np.float32),
        maps=maps,
        where=where,
    )


def _path(
    explained: Explained, image: Tensor, names: Sequence[str], wanted: Tensor | None
) -> tuple[float, list[tuple[Array, ...]]]:
    """The score of one image [1, 3, S, S] for the class `wanted` [1], and what carries it in each layer."""
    import torch

    from atlas.methods.attribution.lrp_epsilon import rules
    from atlas.methods.attribution.relevance import relevance_of_layers
    from atlas.methods.attribution.target import against_runner_up

    with torch.no_grad(), explained.reading(*names) as responses:
        logits = explained(image)
    target = against_runner_up(logits, logits.argmax(1) if wanted is None else wanted)
    score = float(target.scores(logits)[0])
    _, layers = relevance_of_layers(explained, image, target, rules())
    found: list[tuple[Array, ...]] = []
    for name in names:
        whole = layers[name][0].detach()
        unit, relevance, rest, maps = _carriers(whole)
        drop = np.zeros(UNITS)
        known = unit[unit >= 0]
        drop[: len(known)] = score - silenced(explained, image, target, name, responses[name], known)
        found.append((unit, relevance, drop, rest, maps, _small(whole.sum(0, keepdim=True))[0]))
    return score, found


def silenced(explained: Explained, image: Tensor, target: Target, name: str, response: Tensor, units: Array) -> Array:
    """[K] scores of an image [1, 3, S, S] with each of K units of the layer `name` alone set to zero.

    `response` is the layer's own, [1, C, h, w].
    """
    import torch

    versions = response.detach().repeat(len(units), 1, 1, 1)
    versions[torch.arange(len(units)), torch.from_numpy(units)] = 0
    rows = torch.zeros(len(units), dtype=torch.long)
    with torch.no_grad(), explained.replacing(name, versions):
        scores: Array = target.scores(explained(image.expand(len(units), -1, -1, -1)), rows).numpy()
    return scores


def _carriers(relevance: Tensor) -> tuple[Array, Array, Array, Array]:
    """Of [C, h, w]: the UNITS units with the largest sums, these sums, that of the rest, and their maps."""
    sums = relevance.sum((1, 2))
    best = sums.topk(min(UNITS, len(sums))).indices
    unit, largest = np.full(UNITS, -1), np.zeros(UNITS)
    unit[: len(best)], largest[: len(best)] = best.numpy(), sums[best].numpy()
    maps = np.zeros((UNITS, SIDE, SIDE), np.int8)
    maps[: len(best)] = _small(relevance[best])
    return unit, largest, np.asarray(float(sums.sum() - sums[best].sum())), maps


def _small(maps: Tensor) -> Array:
    """[K, h, w] as [K, SIDE, SIDE] int8, each scaled by its largest absolute value; 0 where it is not finite."""
    from torch.nn.functional import adaptive_avg_pool2d, interpolate

    shrink = maps.shape[-1] > SIDE
    sized = adaptive_avg_pool2d(maps[None], SIDE)[0] if shrink else interpolate(maps[None], (SIDE, SIDE))[0]
    largest = sized.abs().flatten(1).amax(1).clamp(min=1e-30)[:, None, None]
    out: Array = (127 * sized / largest).nan_to_num(0, 0, 0).round().numpy().astype(np.int8)
    return out
