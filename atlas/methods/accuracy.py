"""Top-1 and top-5 accuracy on labelled images, with intervals, and the labels of one class list in another."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from atlas.core.groups import Accuracy
from atlas.core.specs import Array

__all__ = ["TOP", "Accuracy", "accuracy", "known_classes", "named_classes", "top_classes", "translated", "wilson"]
TOP = 5
Z = 1.959964  # of a 95 % interval


def accuracy(top: Array, classes: Array, sources: Sequence[str] | None = None) -> Accuracy:
    """Accuracy of N images from the classes with the highest scores [N, at least 5], best first (`top_classes`).

    `classes` are the true ones [N]; images with a negative one have none and are left out. Intervals are Wilson's
    (1927). Images of one source are not independent: where `sources` [N] names them, the intervals count sources
    instead of images, which is the safe side.

    Raises:
        ValueError: the lengths differ, or no image has a class.
    """
    if len(top) != len(classes) or (sources is not None and len(sources) != len(classes)):
        raise ValueError(f"{len(top)} images have {len(classes)} classes")
    there = np.flatnonzero(np.asarray(classes) >= 0)
    if not len(there):
        raise ValueError("no image has a class, so there is no accuracy")
    right = top[there, :TOP] == np.asarray(classes)[there, None]
    top1, top5 = float(right[:, 0].mean()), float(right.any(axis=1).mean())
    independent = len({sources[i] for i in there.tolist()}) if sources is not None else len(there)
    return Accuracy(top1, top5, len(there), independent, wilson(top1, independent), wilson(top5, independent))


def top_classes(logits: Array) -> Array:
    """The five classes with the highest scores [N, 5], best first, of logits [N, K]; ties go to the lower class."""
    return np.argsort(-logits, axis=1, kind="stable")[:, :TOP].astype(np.int32)


def wilson(share: float, n: float, z: float = Z) -> tuple[float, float]:
    """Wilson's score interval of a share of `n` independent trials."""
    middle, spread = share + z * z / (2 * n), z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)
    return min(share, max(0.0, low)), max(share, min(1.0, high))


def translated(classes: Sequence[int | None], names: Sequence[str], known: Sequence[str]) -> Array:
    """Class indexes of the list `names` in the list `known`, by name; -1 where it lacks the class or there is none.

    A name that stands for two classes of either list is left out, unless the lists are the same.
    """
    if tuple(names) == tuple(known):
        return np.array([-1 if index is None else index for index in classes], dtype=np.int64)
    twice = {name for one in (names, known) for name, number in Counter(one).items() if number > 1}
    places = {name: place for place, name in enumerate(known) if name not in twice}
    return np.array([-1 if index is None else places.get(names[index], -1) for index in classes], dtype=np.int64)


def known_classes(
    classes: Sequence[int | None], labels: Sequence[str | None], names: Sequence[str], known: Sequence[str]
) -> Array:
    """The class of each image in the list `known` of a network, -1 for none.

    `classes` count into the probe set's class list `names`; of a set without a list the names of `labels` decide.
    """
    return translated(classes, names, known) if names else named_classes(labels, known)


def named_classes(labels: Sequence[str | None], known: Sequence[str]) -> Array:
    """The class in the list `known` that each label names, -1 for none.

    Case, underscores and hyphens do not count. A class with several names, such as "tench, Tinca tinca", has each; a
    name of two classes names none.
    """
    places: dict[str, set[int]] = {}
    for place, name in enumerate(known):
        for one in {name, *name.split(",")}:
            places.setdefault(_plain(one), set()).add(place)
    found = [places.get(_plain(label), set()) if label else set() for label in labels]
    first = [places.get(_plain(label.split(",")[0]), set()) if label else set() for label in labels]
    either = (a if len(a) == 1 else b for a, b in zip(found, first, strict=True))
    return np.array([next(iter(place)) if len(place) == 1 else -1 for place in either], dtype=np.int64)


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())
