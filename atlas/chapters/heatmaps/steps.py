"""The work of the chapter's steps, in worker processes: read the inputs, call the science, pack the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from atlas.chapters.heatmaps import evaluation_steps, typical_steps
from atlas.chapters.heatmaps.images import candidates, choose, with_ids
from atlas.chapters.heatmaps.loaded import explained_of, images_of, inputs_of
from atlas.chapters.heatmaps.maps import compute_maps, decide
from atlas.chapters.heatmaps.paths import find_paths
from atlas.chapters.heatmaps.recipe import chosen_networks
from atlas.core.pack import pack
from atlas.core.specs import Array, ProbeImage, ProbePart
from atlas.methods.attribution.method import methods
from atlas.networks.labels import class_names
from atlas.pipeline.pack import pack_part, unpack_part
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext


def explained_images(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The images of the wall and those that scores are over, with pixels and masks."""
    for task in tasks:
        facts = context.store.get(task.needs["probe_set"][0]).facts
        images = [ProbeImage(**image) for image in facts["images"]]
        wall, evaluated = _chosen(context, task, images, facts["labels"])
        indices = sorted({*wall, *evaluated})
        place = {index: number for number, index in enumerate(indices)}
        entry = pack_part(_cut(context, task, indices))
        named = {"wall": [place[index] for index in wall], "evaluated": [place[index] for index in evaluated]}
        yield Entry(entry.arrays, {**entry.facts, **named, "indices": indices})


def _chosen(
    context: StepContext, task: Task, images: Sequence[ProbeImage], labels: str | None
) -> tuple[list[int], list[int]]:
    """The indices of the wall's images and of the evaluated ones."""
    wanted, seed = task.parameters["images"], task.parameters["seed"]
    every = candidates(images, _areas(context, task), class_names(labels) if labels else ())
    known = set.intersection(*(set(class_names(one.spec.labels)) for one in chosen_networks(context.recipe)))
    evaluated = choose([one for one in every if one.cut_out] or every, task.parameters["evaluated"], known, seed)
    wall = with_ids(images, wanted) if isinstance(wanted, list) else choose(every, wanted, known, seed)
    return wall, evaluated


def _areas(context: StepContext, task: Task) -> Array:
    """[N] the share of each image that its mask covers, NaN without a mask."""
    areas: list[float] = []
    for digest in task.needs["probes"]:
        part = unpack_part(context.store.get(digest))
        areas += [np.nan if mask is None else float(mask.mean()) for mask in part.masks]
    return np.array(areas)


def _cut(context: StepContext, task: Task, indices: Sequence[int]) -> ProbePart:
    """The images with these ascending indices as one part."""
    images, webp, masks, first = list[ProbeImage](), list[bytes](), list[Array | None](), 0
    for digest in task.needs["probes"]:
        part = unpack_part(context.store.get(digest))
        for index in (index - first for index in indices if first <= index < first + len(part.images)):
            images.append(part.images[index])
            webp.append(part.webp[index])
            masks.append(part.masks[index])
        first += len(part.images)
    return ProbePart(tuple(images), tuple(webp), tuple(masks))


def decisions(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """What each network decides about the images of the wall."""
    for task in tasks:
        yield Entry(*pack(decide(explained_of(context, task), inputs_of(context, task, "wall"))))


def paths(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Which units carry the decisions about the images of the wall."""
    for task in tasks:
        found = find_paths(explained_of(context, task), inputs_of(context, task, "wall"), task.parameters["layers"])
        yield Entry(*pack(found))


def heat_maps(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The maps of methods of one family for one network, over the images of the wall."""
    first, registry = tasks[0], methods()
    seeds = images_of(context, first, "wall").seeds(first.parameters["seed"])
    explained, inputs = explained_of(context, first), inputs_of(context, first, "wall")
    wanted = [registry[task.parameters["method"]] for task in tasks]
    for found in compute_maps(explained, inputs, wanted, seeds, alone=first.parameters["alone"]):
        yield Entry(*pack(found))


RUN: Mapping[str, object] = {
    **{step.__name__: step for step in (explained_images, decisions, paths, heat_maps)},
    **evaluation_steps.RUN,
    **typical_steps.RUN,
}
