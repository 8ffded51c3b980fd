"""The step of tuning curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atlas.chapters.vision.loaded import network_of, spec_of
from atlas.core.pack import pack
from atlas.core.results import ReceptiveField
from atlas.core.seeds import name_seed
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext


def tunings(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The tuning of a layer's units to generated stimuli."""
    from atlas.chapters.vision.tuning import measure_tuning

    for task in tasks:
        layer = spec_of(context, task).layer(task.parameters["layer"]["name"])
        facts = context.store.get(task.needs["fields"][0]).facts["fields"]
        seed = name_seed(f"{task.name}/tuning", task.parameters["seed"])
        field = ReceptiveField(**facts[layer.name])
        yield Entry(*pack(measure_tuning(network_of(context, task), layer, field, seed=seed)))


RUN = {"tunings": tunings}
