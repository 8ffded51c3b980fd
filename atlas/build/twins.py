"""The steps that look for units alike in different networks: responses made comparable, then each pair of networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from atlas.build.plan import Task
from atlas.build.store import Entry, Store
from atlas.measured import Twins
from atlas.types import Array


def twin_tasks(pools: Mapping[str, Mapping[str, Task]]) -> Iterator[Task]:
    """A task for each pair of networks; `pools` are their standardized responses, by network and layer."""
    for one, other in combinations(pools, 2):
        name, sides = f"{one}/{other}", {"one": pools[one], "other": pools[other]}
        layers = {role: list(side) for role, side in sides.items()}
        needs = {role: tuple(task.digest for task in side.values()) for role, side in sides.items()}
        yield Task("twins", name, {"networks": [one, other], "layers": layers}, needs, group=name)


def pools(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The image-wise mean responses of a layer, standardized."""
    from atlas.compare import standardized

    for task in tasks:
        means = np.concatenate([store.get(digest).arrays["means"] for digest in task.needs["responses"]])
        yield Entry({"responses": standardized(means)}, {})


def twins(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The nearest unit in the other network for every unit of both."""
    from atlas.compare import twins as compare

    for task in tasks:
        sides = [[store.get(digest).arrays["responses"] for digest in task.needs[role]] for role in ("one", "other")]
        arrays: dict[str, Array] = {}
        for role, network, found in zip(("one", "other"), task.parameters["networks"], compare(*sides), strict=True):
            for layer, table in zip(task.parameters["layers"][role], found, strict=True):
                arrays |= {f"{network}/{layer}/{name}": value for name, value in vars(table).items()}
        yield Entry(arrays, {})


def twins_of(entry: Entry, network: str, layer: str) -> Twins:
    """What an entry of the step `twins` says of a layer."""
    return Twins(**{name: entry.arrays[f"{network}/{layer}/{name}"] for name in ("layer", "unit", "correlation")})


RUN = {"pools": pools, "twins": twins}
