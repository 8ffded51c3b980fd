"""One typical image for each class that the images show, and the decision of a network about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.heatmaps.maps import BATCH, Decisions, decide
from atlas.chapters.heatmaps.paths import Paths, find_paths
from atlas.core.specs import Array

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained

COMPOSED = ("cut-out", "drawing")  # kinds of images that are no view of the object where it was


@dataclass(frozen=True)
class TypicalDecisions:
    """The decisions of a network about N images, one for each class that images show, in the order of the classes.

    An image is typical of its class where the network's probability of the class is the median over the photographs
    that show it (over all images where there is no photograph): so it may be one that the network gets wrong.
    """

    classes: Array  # [N] int32, what the image shows, in the class list of the network
    images: Array  # [N] int32, indices into the probe set
    probabilities: Array  # [N] float32 in [0, 1], of the class that the image shows
    shown: Array  # [N] int32, how many images the median is of
    decisions: Decisions
    paths: Paths


def choose(classes: Sequence[int], probabilities: Sequence[float], composed: Sequence[bool]) -> list[int]:
    """The places of the typical images of M images, one for each class, in the order of the classes."""
    by_class: dict[int, list[int]] = {}
    for place, class_index in enumerate(classes):
        by_class.setdefault(class_index, []).append(place)
    found = []
    for _, places in sorted(by_class.items()):
        ranked = sorted(_rivals(places, composed), key=lambda place: (probabilities[place], place))
        found.append(ranked[(len(ranked) - 1) // 2])  # the lower median
    return found


def _rivals(places: Sequence[int], composed: Sequence[bool]) -> Sequence[int]:
    """The images of a class among which one is typical: the photographs, where there are any."""
    return [place for place in places if not composed[place]] or places


def probabilities_of(explained: Explained, images: Tensor, classes: Sequence[int]) -> list[float]:
    """The probability of a class for each of B normalized images [B, 3, S, S]."""
    import torch

    found: list[float] = []
    with torch.no_grad():
        for first in range(0, len(images), BATCH):
            wanted = torch.tensor(classes[first : first + BATCH])
            found += explained(images[first : first + BATCH]).softmax(1).gather(1, wanted[:, None])[:, 0].tolist()
    return found


def explain(
    explained: Explained,
    images: Tensor,
    names: Sequence[str],
    *,
    classes: Sequence[int],
    indices: Sequence[int],
    probabilities: Sequence[float],
    shown: Sequence[int],
) -> TypicalDecisions:
    """The decisions about N normalized images [N, 3, S, S] that were chosen, through the tapped layers `names`."""
    return TypicalDecisions(
        classes=np.asarray(classes, np.int32),
        images=np.asarray(indices, np.int32),
        probabilities=np.asarray(probabilities, np.float32),
        shown=np.asarray(shown, np.int32),
        decisions=decide(explained, images),
        paths=find_paths(explained, images, names),
    )
