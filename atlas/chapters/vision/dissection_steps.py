"""The step of network dissection: one pass over a part of the masked images, for all layers of a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from atlas.chapters.vision.loaded import network_of, spec_of
from atlas.chapters.vision.masked import Masked, choose
from atlas.core.groups import no_dissection
from atlas.core.pack import pack
from atlas.core.results import ReceptiveField
from atlas.core.seeds import name_seed
from atlas.core.specs import Array
from atlas.pipeline.pack import unpack_masks, unpack_webp
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext


def network_dissections(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The group of objects that each unit responds to, where the probe set has masks."""
    from atlas.chapters.vision.dissect import Histograms
    from atlas.chapters.vision.group_scores import dissect

    first = tasks[0]
    layers = [spec_of(context, task).layer(task.parameters["layer"]["name"]) for task in tasks]
    chosen = _chosen(context, first)
    if len(chosen.groups) < 2:
        yield from (Entry(*pack(no_dissection(layer.units))) for layer in layers)
        return
    pixels, masks = _images(context, first, chosen.image)
    facts = context.store.get(first.needs["fields"][0]).facts["fields"]
    fields = {layer.name: ReceptiveField(**facts[layer.name]) for layer in layers}
    histograms = Histograms(network_of(context, first), layers, fields)
    counts = histograms.measure(pixels, masks, chosen.source, chosen.held_out, first.parameters["device"])
    for task, layer in zip(tasks, layers, strict=True):
        inside, everything = counts.pop(layer.name)
        halves = (chosen.group, chosen.held_out, chosen.groups)
        seed = name_seed(f"{task.name}/dissection", task.parameters["seed"])
        found = dissect(inside, everything, *halves, images=len(chosen.image), seed=seed)
        arrays, facts_of = pack(found)
        if not layer.spatial:  # the threshold of a response map means nothing for a vector
            arrays["iou"] = np.full_like(arrays["iou"], np.nan)
        yield Entry(arrays, facts_of)


def _chosen(context: StepContext, task: Task) -> Masked:
    facts = context.store.get(task.needs["probe_set"][0]).facts
    starts = np.cumsum([0, *facts["sizes"]])
    masked = [
        int(start) + int(index)
        for digest, start in zip(task.needs["probes"], starts, strict=False)
        for index in context.store.get(digest).arrays["masked"]
    ]
    return choose(facts["images"], masked)


def _images(context: StepContext, task: Task, wanted: Array) -> tuple[Array, Array]:
    """Pixels and masks of some probe images; only those are decoded."""
    from atlas.probes import decode

    pixels, masks, start = [], [], 0
    sizes = context.store.get(task.needs["probe_set"][0]).facts["sizes"]
    for digest, count in zip(task.needs["probes"], sizes, strict=True):
        here = [int(index) - start for index in wanted if start <= index < start + count]
        if here:
            part = context.store.get(digest)
            webp, bits = unpack_webp(part.arrays), unpack_masks(part)
            pixels.append(decode([webp[index] for index in here]))
            masks += [bits[index] for index in here]
        start += count
    return np.concatenate(pixels), np.stack(masks)


RUN = {"network_dissections": network_dissections}
