"""Which masked images a dissection reads: objects of each group in two halves, as even as the set allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from atlas.core.specs import Array

IMAGES = 320  # at most: eight networks read them in half a minute
SCENES = 2  # of one object, at most
LEAST, MOST = 3, 8  # objects of a group in each half


@dataclass(frozen=True)
class Masked:
    """Images of S objects (an object is a source: its images are not independent, so it is never split)."""

    image: Array  # [I] int indices into the probe set, ascending
    source: Array  # [I] int object of each image, 0 … S - 1
    group: Array  # [S] int16 index into `groups`
    held_out: Array  # [S] bool: second half
    groups: tuple[str, ...]


def choose(images: Sequence[Mapping[str, Any]], masked: Sequence[int]) -> Masked:
    """Objects from the facts of all probe images and the indices of those with a mask.

    A group needs LEAST objects for each half; from a larger one at most MOST a half are taken, fewer where the images
    would be more than IMAGES. The order of the probe set, which is mixed, decides which.
    """
    scenes: dict[tuple[str, str], list[int]] = {}
    for index in masked:
        if images[index]["group"]:
            scenes.setdefault((images[index]["group"], images[index]["source"]), []).append(index)
    by_group: dict[str, list[list[int]]] = {}
    for (group, _), found in scenes.items():
        by_group.setdefault(group, []).append(found)
    large = {group: objects for group, objects in sorted(by_group.items()) if len(objects) >= 2 * LEAST}
    return _halved({group: objects[: 2 * _most(large)] for group, objects in large.items()})


def _most(groups: Mapping[str, Sequence[object]]) -> int:
    """Objects of a group in each half."""
    return next(
        (
            most
            for most in range(MOST, LEAST, -1)
            if sum(min(len(objects), 2 * most) for objects in groups.values()) <= IMAGES
        ),
        LEAST,
    )


def _halved(groups: Mapping[str, Sequence[Sequence[int]]]) -> Masked:
    """Every second object of a group is held out; as many of one half as of the other."""
    even = {group: objects[: len(objects) // 2 * 2] for group, objects in groups.items()}
    objects = [(number, place, found) for number, of in enumerate(even.values()) for place, found in enumerate(of)]
    scenes = max(1, min(SCENES, IMAGES // max(1, len(objects))))
    pairs = sorted((index, number) for number, (_, _, found) in enumerate(objects) for index in found[:scenes])
    return Masked(
        image=np.array([index for index, _ in pairs], np.int64),
        source=np.array([number for _, number in pairs], np.int64),
        group=np.array([group for group, _, _ in objects], np.int16),
        held_out=np.array([place % 2 == 1 for _, place, _ in objects], bool),
        groups=tuple(even),
    )
