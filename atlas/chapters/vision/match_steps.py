"""The steps that look for units alike in different networks: responses made comparable, then each pair of networks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from atlas.core.results import Twins
from atlas.core.specs import Array
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext


def pools(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The image-wise mean responses of a layer, standardized."""
    from atlas.methods.correlate import standardized

    for task in tasks:
        means = np.concatenate([context.store.get(digest).arrays["means"] for digest in task.needs["responses"]])
        yield Entry({"responses": standardized(means)}, {})


def twins(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The nearest unit in the other network for every unit of both."""
    from atlas.methods.correlate import twins as compare

    for task in tasks:
        sides = [
            [context.store.get(digest).arrays["responses"] for digest in task.needs[role]] for role in ("one", "other")
        ]
        arrays: dict[str, Array] = {}
        for role, network, found in zip(("one", "other"), task.parameters["networks"], compare(*sides), strict=True):
            for layer, table in zip(task.parameters["layers"][role], found, strict=True):
                arrays |= {f"{network}/{layer}/{name}": value for name, value in vars(table).items()}
        yield Entry(arrays, {})


def twins_of(entry: Entry, network: str, layer: str) -> Twins:
    """What an entry of the step `twins` says of a layer."""
    return Twins(**{name: entry.arrays[f"{network}/{layer}/{name}"] for name in ("layer", "unit", "correlation")})


RUN = {"pools": pools, "twins": twins}
