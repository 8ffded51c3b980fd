"""The step that finds the typical image of each class for a network, and the units that carry the decision about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.heatmaps.loaded import explained_of, network_of
from atlas.chapters.heatmaps.typical import COMPOSED, choose, explain, probabilities_of
from atlas.core.pack import pack
from atlas.core.specs import ProbeImage
from atlas.methods.accuracy import known_classes
from atlas.networks.labels import class_names
from atlas.pipeline.pack import unpack_part
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext

if TYPE_CHECKING:
    from torch import Tensor

BATCH = 64  # images that are decoded at once


@dataclass
class _Labelled:
    """The images that show a class of the network: indices into the probe set, classes, kinds, files."""

    indices: list[int]
    classes: list[int]
    composed: list[bool]
    files: list[bytes]


def typical_decisions(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The decisions about typical images; of none, where no image shows a class of the network."""
    for task in tasks:
        found = _labelled(context, task)
        explained = explained_of(context, task)
        probabilities = _probabilities(context, task, found)
        chosen = choose(found.classes, probabilities, found.composed)
        if not chosen:
            yield Entry({}, {})
            continue
        rivals = Counter(zip(found.classes, found.composed, strict=True))
        record = explain(
            explained,
            _inputs(context, task, [found.files[place] for place in chosen]),
            task.parameters["layers"],
            classes=[found.classes[place] for place in chosen],
            indices=[found.indices[place] for place in chosen],
            probabilities=[probabilities[place] for place in chosen],
            shown=[rivals[found.classes[place], found.composed[place]] for place in chosen],
        )
        yield Entry(*pack(record))


def _labelled(context: StepContext, task: Task) -> _Labelled:
    facts = context.store.get(task.needs["probe_set"][0]).facts
    images = [ProbeImage(**image) for image in facts["images"]]
    names = class_names(facts["labels"]) if facts["labels"] else ()
    told = ([image.class_index for image in images], [image.label for image in images])
    classes = known_classes(*told, names, class_names(context.recipe.network(task.name).spec.labels))
    wanted = np.flatnonzero(classes >= 0).tolist()
    return _Labelled(
        wanted,
        classes[wanted].tolist(),
        [images[index].kind in COMPOSED for index in wanted],
        _files(context, task, wanted),
    )


def _files(context: StepContext, task: Task, wanted: Sequence[int]) -> list[bytes]:
    """The files of the images with these ascending indices."""
    found: list[bytes] = []
    first = 0
    for digest in task.needs["probes"]:
        files = unpack_part(context.store.get(digest)).webp
        found += [files[index - first] for index in wanted if first <= index < first + len(files)]
        first += len(files)
    return found


def _probabilities(context: StepContext, task: Task, found: _Labelled) -> list[float]:
    explained, values = explained_of(context, task), list[float]()
    for first in range(0, len(found.files), BATCH):
        chosen = slice(first, first + BATCH)
        inputs = _inputs(context, task, found.files[chosen])
        values += probabilities_of(explained, inputs, found.classes[chosen])
    return values


def _inputs(context: StepContext, task: Task, files: Sequence[bytes]) -> Tensor:
    from atlas.methods.prepare import prepare
    from atlas.probes import decode

    return prepare(network_of(context, task), decode(files))


RUN: Mapping[str, object] = {typical_decisions.__name__: typical_decisions}
