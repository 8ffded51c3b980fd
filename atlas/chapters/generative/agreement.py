"""Agreement of methods: the nearest direction of another method, against how near random directions come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.generative.directions import Direction, cosines, random_directions
from atlas.chapters.generative.methods import METHODS
from atlas.core.pack import stored
from atlas.core.seeds import name_seed
from atlas.core.specs import Array

RANDOM = 1000  # random directions; they cost no picture


@dataclass(frozen=True)
class Agreement:
    """Agreement of M methods."""

    methods: tuple[str, ...]  # [M] names, in the order of their directions
    table: Array = stored(
        "agreement"
    )  # [M, M] mean |cosine| of a method's (row) directions with their nearest of another
    chance: Array = stored("agreement_chance")  # [M] the same of random directions


@dataclass(frozen=True)
class Nearest:
    """The nearest direction of another method; no name where there is none."""

    name: str = ""
    cosine: float = 0.0  # |cosine|, in [0, 1]
    percentile: float = 0.0  # share of random directions whose nearest one is farther


def related(a: Direction, b: Direction) -> bool:
    """Of one paper: a conditional direction is made of a hyperplane's, so that the two agree says nothing."""
    return METHODS[a.method].paper == METHODS[b.method].paper


def nearest_others(directions: Sequence[Direction], seed: int) -> list[Nearest]:
    """For each direction the nearest one of another method.

    The best of many cosines is larger than one of them, so it is compared with the best of as many.
    """
    table = np.stack([direction.vector for direction in directions])
    chance = cosines(random_directions(table.shape[1], RANDOM, name_seed("agreement", seed)), table)
    between = cosines(table, table)
    return [_nearest(directions, row, between[row], chance) for row in range(len(directions))]


def _nearest(directions: Sequence[Direction], row: int, near: Array, chance: Array) -> Nearest:
    """The nearest direction to that at `row`, from its |cosines| [K]; `chance` [R, K] are those of random ones."""
    others = [index for index, other in enumerate(directions) if not related(directions[row], other)]
    if not others:
        return Nearest()
    best = others[int(near[others].argmax())]
    farther = float((chance[:, others].max(1) < near[best]).mean())
    return Nearest(directions[best].name, float(near[best]), farther)


def between_methods(directions: Sequence[Direction], seed: int) -> Agreement:
    """Mean |cosine| of the directions of each method with their nearest ones of another."""
    methods = tuple(dict.fromkeys(direction.method for direction in directions))
    parts = [np.stack([one.vector for one in directions if one.method == method]) for method in methods]
    drawn = random_directions(parts[0].shape[1], RANDOM, name_seed("agreement", seed))
    table = np.array([[cosines(own, other).max(1).mean() for other in parts] for own in parts])
    return Agreement(methods, table, np.array([cosines(drawn, other).max(1).mean() for other in parts]))
