"""The steps that match units of different networks: standardized responses of a layer, then each pair of networks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from atlas.core.pack import pack, unpack
from atlas.core.results import MatchedUnits
from atlas.core.specs import Array
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext

ROLES = ("one", "other")  # of the two networks of a pair, in their tasks


def standardized_responses(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The image-wise mean responses of a layer, standardized."""
    from atlas.methods.correlate import standardized

    for task in tasks:
        means = np.concatenate([context.store.get(digest).arrays["means"] for digest in task.needs["responses"]])
        yield Entry({"responses": standardized(means)}, {})


def matched_units(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The most correlated unit of the other network, for every unit of both."""
    from atlas.methods.correlate import matched_units as match

    for task in tasks:
        sides = [[context.store.get(digest).arrays["responses"] for digest in task.needs[role]] for role in ROLES]
        arrays: dict[str, Array] = {}
        for role, network, tables in zip(ROLES, task.parameters["networks"], match(*sides), strict=True):
            for layer, table in zip(task.parameters["layers"][role], tables, strict=True):
                arrays |= {f"{network}/{layer}/{name}": value for name, value in pack(table)[0].items()}
        yield Entry(arrays, {})


def matches_of(entry: Entry, network: str, layer: str) -> MatchedUnits:
    """The part of an entry of the step `matched_units` that belongs to one layer. KeyError where there is none."""
    folder = f"{network}/{layer}/"
    arrays = {name.removeprefix(folder): value for name, value in entry.arrays.items() if name.startswith(folder)}
    return unpack(MatchedUnits, arrays, {})


RUN = {"standardized_responses": standardized_responses, "matched_units": matched_units}
