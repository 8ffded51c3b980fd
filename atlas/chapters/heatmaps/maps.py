"""Maps of one method for one network over the images of the wall, and the decisions that they explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
    """What one network decides about W images: the explained class (its own prediction, unless another was asked for),
    then the highest others, best first; five in all.
    """

    classes: Array  # [W, 5] int32
    logits: Array  # [W, 5] float32
    probabilities: Array  # [W, 5] float32


@dataclass(frozen=True)
class TargetMaps:
    """The maps of one method for one network and target over W images, S samples a side.

    `maps` is in units of `scale`, the largest absolute value of each map: positive where a pixel raises the score.
    `error` is what promised completeness or conservation misses, as a share.
    """

    maps: Array  # [W, S, S] float16
    scale: Array  # [W] float32
    error: Array | None = None  # [W] float32


@dataclass(frozen=True)
class HeatMaps:
    """The same for all targets, of which later ones may have fewer images: the first ones.

    Where the method does not exist for the network, `reason` is a sentence and there are no maps.
    """

    reason: str
    targets: tuple[TargetMaps, ...] = ()

    def map_of(self, target: int, image: int) -> Array | None:
        """[S, S] the map of an image, in units of its scale; None where there is none."""
        return self.targets[target].maps[image] if self.targets else None

    def missed(self, target: int, image: int) -> float:
        """The share of the score that the sum of a map misses, where completeness or conservation is promised."""
        error = self.targets[target].error if self.targets else None
        return 0.0 if error is None else float(error[image])


def decide(explained: Explained, images: Tensor, classes: Tensor | None = None) -> Decisions:
    """The decisions about normalized images [W, 3, S, S]; `classes` [W] are explained instead of the predicted ones."""
    logits = logits_of(explained, images)
    ranked = logits if classes is None else logits.scatter(1, classes[:, None], float("inf"))
    order = ranked.topk(min(TOP, logits.shape[1])).indices
    chances = logits.softmax(1).gather(1, order)
    return Decisions(order.numpy().astype(np.int32), logits.gather(1, order).numpy(), chances.numpy())


def compute_maps(
    explained: Explained,
    images: Tensor,
    methods: Sequence[Method],
    seeds: Sequence[int],
    classes: Tensor | None = None,
    alone: int | None = None,
) -> list[HeatMaps]:
    """The maps of each method for normalized images [W, 3, S, S], a seed for each image.

    `classes` [W] are explained instead of the predicted ones; only the first `alone` images for the second target.

    Batch by batch, target by target and method by method, so that methods can share what they compute.
    """
    targets = targets_of(logits_of(explained, images), classes)
    found = [_Collected(method) for method in methods]
    ends = (len(images), len(images) if alone is None else alone)
    for first in range(0, len(images), BATCH):
        for place, target in enumerate(targets):
            chosen = slice(first, min(first + BATCH, ends[place]))
            for one in found if first < ends[place] else ():
                one.add(place, explained, images[chosen], target.weights[chosen], seeds[chosen])
    return [one.whole() for one in found]


@dataclass
class _Collected:
    """The maps of one method so far, by target."""

    method: Method
    reason: str = ""
    maps: tuple[list[Array], ...] = field(default_factory=lambda: tuple([] for _ in TARGETS))
    errors: tuple[list[Array], ...] = field(default_factory=lambda: tuple([] for _ in TARGETS))

    def add(self, place: int, explained: Explained, images: Tensor, weights: Tensor, seeds: Sequence[int]) -> None:
        """Compute the maps of a batch for target `place`."""
        from atlas.methods.attribution.target import Target

        if self.reason:
            return
        try:
            made = self.method.attribute(explained, images, Target(weights), seeds)
        except NotValid as error:
            self.reason = str(error)
            return
        self.maps[place].append(_reduced(made.maps))
        missed = made.error()
        if missed is not None:
            self.errors[place].append(missed.detach().numpy())

    def whole(self) -> HeatMaps:
        """All of them as one record."""
        if self.reason:
            return HeatMaps(self.reason)
        pairs = zip(self.maps, self.errors, strict=True)
        return HeatMaps("", tuple(_joined(maps, errors) for maps, errors in pairs if maps))


def _joined(maps: Sequence[Array], errors: Sequence[Array]) -> TargetMaps:
    values = np.concatenate(maps)
    scale = np.abs(values).max((1, 2))
    return TargetMaps(
        maps=(values / np.maximum(scale, 1e-30)[:, None, None]).astype(np.float16),
        scale=scale.astype(np.float32),
        error=np.concatenate(errors).astype(np.float32) if errors else None,
    )


def logits_of(explained: Explained, images: Tensor) -> Tensor:
    """[W, C] the class logits."""
    import torch

    with torch.no_grad():
        parts = [explained(images[first : first + BATCH]) for first in range(0, len(images), BATCH)]
    return torch.cat(parts)


def targets_of(logits: Tensor, classes: Tensor | None = None) -> tuple[Target, ...]:
    """The targets of TARGETS for `classes` [W], by default the predicted ones."""
    from atlas.methods.attribution.target import against_runner_up, logit

    wanted = logits.argmax(1) if classes is None else classes
    return against_runner_up(logits, wanted), logit(wanted, logits.shape[1])


def _reduced(maps: Tensor) -> Array:
    """[B, S, S] as [B, SIDE, SIDE] means of equal areas, where S is larger."""
    from torch.nn import functional

    values = maps.detach().float()
    if values.shape[-1] > SIDE:
        values = functional.adaptive_avg_pool2d(values[:, None], SIDE)[:, 0]
    out: Array = values.numpy()
    return out
