"""The step that finds the pixels that raised the units with a picture in their strongest examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.vision.example_relevance import relevances
from atlas.chapters.vision.levels import STRONGEST
from atlas.chapters.vision.loaded import network_of, spec_of
from atlas.core.errors import AtlasError
from atlas.core.pack import pack, unpack
from atlas.core.results import NO_RELEVANCE, Examples
from atlas.core.specs import Array, LayerSpec
from atlas.methods.attribution.method import NotValid
from atlas.pipeline.pack import unpack_webp
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained

PIXELS = 32 * 64 * 64  # of a batch


def example_relevances(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The relevance of the strongest examples of the units of a layer."""
    for task in tasks:
        spec = spec_of(context, task)
        layer, count = spec.layer(task.parameters["layer"]["name"]), task.parameters["examples"]
        units = task.parameters["units"]
        entry = context.store.get(task.needs["examples"][0])
        table = unpack(Examples, entry.arrays, entry.facts)
        slots = [slot for slot, level in enumerate(table.levels) if level == STRONGEST][:count]
        chosen = np.ix_(units, slots)
        boxes = np.where(table.image[chosen][..., None] >= 0, table.box[chosen], 0)
        size = context.store.get(task.needs["probe_set"][0]).facts["size"]
        batch = max(1, PIXELS // spec.input_size**2)
        images = partial(_images, context, task, table.image[chosen].ravel())
        try:
            explained = _explained(context, task, layer)
            found = relevances(explained, units, boxes, batch, images, size)
        except (NotValid, AtlasError) as error:  # an operation that the method does not know, or no graph
            found = replace(NO_RELEVANCE, reason=str(error))
        yield Entry(*pack(found))


def _explained(context: StepContext, task: Task, layer: LayerSpec) -> Explained:
    from atlas.methods.attribution.explained import Explained

    return Explained(network_of(context, task), layer)


def _images(context: StepContext, task: Task, indices: Array, pairs: slice) -> Tensor:
    """The normalized images of some pairs; where there is no example, the first image serves."""
    from atlas.methods.prepare import prepare
    from atlas.probes import decode

    files = _files(context, task)
    return prepare(network_of(context, task), decode([files[max(int(index), 0)] for index in indices[pairs]]))


def _files(context: StepContext, task: Task) -> list[bytes]:
    """All probe images as they are stored, read once a worker."""

    def read() -> list[bytes]:
        return [file for digest in task.needs["probes"] for file in unpack_webp(context.store.get(digest).arrays)]

    return context.load("probe files", task.needs["probe_set"][0], read)


RUN = {"example_relevances": example_relevances}
