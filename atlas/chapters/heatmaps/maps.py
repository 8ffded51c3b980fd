"""Maps of one method for one network over the images of the wall, and the decisions that they explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array
from atlas.methods.attribution.method import Method, NotValid

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

SIDE = 112  # samples a side that a map is stored with, at most
BATCH = 8  # images that a method sees at once
TOP = 5  # classes of a decision


@dataclass(frozen=True)
class TargetKind:
    """What a map explains: its name in addresses, its title, and the question that it answers."""

    name: str
    title: str
    question: str


TARGETS = (
    TargetKind("runner-up", "class against runner-up", "Why this class and not the next best one?"),
    TargetKind("class", "class logit alone", "What in the image belongs to this class?"),
)


@dataclass(frozen=True)
class Decisions:
    """What one network decides about W images: its five highest classes, best first."""

    classes: Array  # [W, 5] int32
    logits: Array  # [W, 5] float32
    probabilities: Array  # [W, 5] float32


@dataclass(frozen=True)
class HeatMaps:
    """The maps of one method for one network: T targets, W images, S samples a side.

    `maps` is in units of `scale`, the largest absolute value of each map: positive where a pixel raises the score.
    `error` is what promised completeness or conservation misses, as a share. Where the method does not exist for the
    network, `reason` is a sentence and there are no maps.
    """

    reason: str
    maps: Array | None = None  # [T, W, S, S] float16
    scale: Array | None = None  # [T, W] float32
    error: Array | None = None  # [T, W] float32


def decide(explained: Explained, images: Tensor) -> Decisions:
    """The decisions about normalized images [W, 3, S, S]."""
    logits = logits_of(explained, images)
    best = logits.topk(min(TOP, logits.shape[1]))
    chances = logits.softmax(1).gather(1, best.indices)
    return Decisions(best.indices.numpy().astype(np.int32), best.values.numpy(), chances.numpy())


def compute_maps(explained: Explained, images: Tensor, method: Method, seeds: Sequence[int]) -> HeatMaps:
    """The maps of one method for normalized images [W, 3, S, S], a seed for each image."""
    logits = logits_of(explained, images)
    try:
        parts = [_maps(explained, images, method, target, seeds) for target in targets_of(logits)]
    except NotValid as error:
        return HeatMaps(str(error))
    maps = np.stack([part for part, _ in parts])
    errors = [error for _, error in parts if error is not None]
    scale = np.abs(maps).max((2, 3))
    return HeatMaps(
        reason="",
        maps=(maps / np.maximum(scale, 1e-30)[..., None, None]).astype(np.float16),
        scale=scale.astype(np.float32),
        error=np.stack(errors).astype(np.float32) if errors else None,
    )


def logits_of(explained: Explained, images: Tensor) -> Tensor:
    """[W, C] the class logits."""
    import torch

    with torch.no_grad():
        parts = [explained(images[first : first + BATCH]) for first in range(0, len(images), BATCH)]
    return torch.cat(parts)


def targets_of(logits: Tensor) -> tuple[Target, ...]:
    """The targets of TARGETS for the predicted classes."""
    from atlas.methods.attribution.target import against_runner_up, logit

    classes = logits.argmax(1)
    return against_runner_up(logits, classes), logit(classes, logits.shape[1])


def _maps(
    explained: Explained, images: Tensor, method: Method, target: Target, seeds: Sequence[int]
) -> tuple[Array, Array | None]:
    """[W, S, S] maps and [W] errors."""
    from atlas.methods.attribution.target import Target

    maps, errors = list[Array](), list[Array]()
    for first in range(0, len(images), BATCH):
        chosen = slice(first, first + BATCH)
        found = method.attribute(explained, images[chosen], Target(target.weights[chosen]), seeds[chosen])
        maps.append(_reduced(found.maps))
        error = found.error()
        if error is not None:
            errors.append(error.detach().numpy())
    return np.concatenate(maps), np.concatenate(errors) if errors else None


def _reduced(maps: Tensor) -> Array:
    """[B, S, S] as [B, SIDE, SIDE] means of equal areas, where S is larger."""
    from torch.nn import functional

    values = maps.detach().float()
    if values.shape[-1] > SIDE:
        values = functional.adaptive_avg_pool2d(values[:, None], SIDE)[:, 0]
    out: Array = values.numpy()
    return out
