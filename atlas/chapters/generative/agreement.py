"""Do methods agree? The nearest direction of another method, against how near random directions come to the same ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from atlas.chapters.generative.directions import Direction, cosines, random_directions
from atlas.chapters.generative.methods import METHODS
from atlas.core.seeds import name_seed
from atlas.core.specs import Array

RANDOM = 1000  # random directions; they cost no picture


def related(a: Direction, b: Direction) -> bool:
    """Of one paper: a conditional direction is made of a hyperplane's, so that the two agree says nothing."""
    return METHODS[a.method].paper == METHODS[b.method].paper


def nearest_others(directions: Sequence[Direction], seed: int) -> list[tuple[str, float, float]]:
    """For each direction: (the nearest of another method, its |cosine|, share of random directions whose nearest one is less near).

    The best of many cosines is larger than one of them, so it is compared with the best of as many. Without another method: ("", 0, 0).
    """
    table = np.stack([direction.vector for direction in directions])
    chance = cosines(random_directions(table.shape[1], RANDOM, name_seed("agreement", seed)), table)
    own, found = cosines(table, table), []
    for row, direction in enumerate(directions):
        others = [place for place, other in enumerate(directions) if not related(direction, other)]
        if not others:
            found.append(("", 0.0, 0.0))
            continue
        best = others[int(own[row, others].argmax())]
        rarer = float((chance[:, others].max(1) < own[row, best]).mean())
        found.append((directions[best].name, float(own[row, best]), rarer))
    return found


def between_methods(directions: Sequence[Direction], seed: int) -> tuple[list[str], Array, Array]:
    """(methods, [M, M] mean |cosine| of the directions of one (row) with their nearest of another (column), [M] that of random directions)."""
    methods = list(dict.fromkeys(direction.method for direction in directions))
    parts = [np.stack([one.vector for one in directions if one.method == method]) for method in methods]
    drawn = random_directions(parts[0].shape[1], RANDOM, name_seed("agreement", seed))
    table = np.array([[cosines(own, other).max(1).mean() for other in parts] for own in parts])
    return methods, table, np.array([cosines(drawn, other).max(1).mean() for other in parts])
