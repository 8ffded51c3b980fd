"""The pixels that raised a unit in its strongest examples: the relevance of its largest response, by DeepLift.

The response says where a unit answers, the relevance which pixels it answers to. Against an image of the mean colour,
the relevances of all pixels add up to the response (`atlas.methods.attribution.deeplift`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.results import ExampleRelevance
from atlas.core.specs import Array

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained

METHOD = "deeplift"
SIDE = 16  # samples a side of a map inside the box of an example
LEAST = 0.02  # of the largest relevance in a box: what is nothing beside it


def relevances(
    explained: Explained, units: Sequence[int], boxes: Array, batch: int, images: Callable[[slice], Tensor], size: int
) -> ExampleRelevance:
    """The relevance maps of units for their R strongest examples.

    `explained` ends at the layer. Pair u * R + r is unit `units[u]` with its example r: `images(pairs)` gives the
    normalized images of a slice of pairs, `boxes` [U, R, 4] their boxes in pixels of probe images of `size` pixels;
    an empty box is no example.
    """
    count, examples = boxes.shape[:2]
    maps = np.zeros((count * examples, SIDE, SIDE), np.int8)
    pairs = np.repeat(np.asarray(units), examples)
    flat = boxes.reshape(-1, 4)
    for first in range(0, len(pairs), batch):
        chosen = slice(first, min(first + batch, len(pairs)))
        found = _attributed(explained, images(chosen), pairs[chosen])
        for place, one in enumerate(found, first):
            maps[place] = _inside(one, flat[place], size)
    return ExampleRelevance(np.asarray(units, np.int32), maps.reshape(count, examples, SIDE, SIDE))


def _attributed(explained: Explained, images: Tensor, units: Array) -> Tensor:
    """[B, S, S] relevance maps of the largest response of one unit in each image."""
    import torch

    from atlas.methods.attribution.method import methods
    from atlas.methods.attribution.target import unit

    with torch.no_grad():
        response = explained(images)
    target = unit(response, torch.from_numpy(units.astype(np.int64)))
    return methods()[METHOD].attribute(explained, images, target, [0] * len(images)).maps.detach()


def _inside(map_: Tensor, box: Array, size: int) -> Array:
    """A map [S, S] inside a box as [SIDE, SIDE] int8, 127 at the largest absolute value; zeros for an empty box."""
    from torch.nn.functional import adaptive_avg_pool2d

    left, top, right, bottom = (round(int(edge) * len(map_) / size) for edge in box)
    if right <= left or bottom <= top:
        return np.zeros((SIDE, SIDE), np.int8)
    cut = adaptive_avg_pool2d(map_[None, top:bottom, left:right], SIDE)[0]
    scaled = 127 * cut / cut.abs().max().clamp(min=1e-30)
    scaled[scaled.abs() < 127 * LEAST] = 0
    out: Array = scaled.round().numpy().astype(np.int8)
    return out
