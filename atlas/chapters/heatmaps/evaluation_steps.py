"""The steps that measure what the maps are worth: grounds without objects, interventions, the scores of a method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from atlas.chapters.heatmaps.evaluation import Sizes, evaluate
from atlas.chapters.heatmaps.loaded import explained_of, images_of, inputs_of, network_of
from atlas.chapters.heatmaps.truth import Scenes, Truth, find_truth
from atlas.core.pack import pack, unpack
from atlas.core.specs import Array
from atlas.methods.attribution.method import methods
from atlas.pipeline.pack import unpack_webp
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext


def grounds(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The evaluated images without their objects, as far as the probe set knows the ground."""
    from atlas.probes import Composed

    for task in tasks:
        source, names = context.recipe.probes.open(), task.parameters["parts"]
        facts = context.store.get(task.needs["images"][0]).facts
        sizes = context.store.get(task.needs["probe_set"][0]).facts["sizes"]
        ends = np.cumsum(sizes)
        found: list[bytes] = []
        for place in facts["evaluated"]:
            index = facts["indices"][place]
            part = int(np.searchsorted(ends, index, side="right"))
            at = index - int(ends[part] - sizes[part])
            ground = source.without(names[part], at) if isinstance(source, Composed) else None
            found.append(ground or b"")
        ends_of = np.cumsum([len(data) for data in found], dtype=np.int64)
        yield Entry({"webp": np.frombuffer(b"".join(found), np.uint8), "ends": ends_of}, {})


def scenes_of(context: StepContext, task: Task) -> Scenes:
    """The evaluated images of a task, as its network sees them."""

    def read() -> Scenes:
        import torch

        from atlas.methods.prepare import prepare
        from atlas.probes import decode

        network, images = network_of(context, task), images_of(context, task, "evaluated")
        files = unpack_webp(context.store.get(task.needs["grounds"][0]).arrays)
        known = np.array([bool(data) for data in files])
        behind = images.pixels.copy()
        if known.any():
            behind[known] = decode([data for data in files if data])
        return Scenes(
            images=inputs_of(context, task, "evaluated"),
            grounds=prepare(network, behind),
            masks=torch.from_numpy(np.stack([_small(mask, network.spec.input_size) for mask in images.masks])),
            has_ground=known,
            seeds=tuple(images.seeds(task.parameters["seed"])),
            sources=tuple(image.source for image in images.images),
        )

    return context.load("scenes", (task.parameters["network"], task.needs["grounds"][0]), read)


def _small(mask: Array | None, size: int) -> Array:
    """[size, size] bool: where a mask covers at least half of a pixel; nowhere without a mask."""
    from PIL import Image

    if mask is None:
        return np.zeros((size, size), bool)
    grey = Image.fromarray(np.uint8(255) * mask.astype(np.uint8))
    return np.asarray(grey.resize((size, size), Image.Resampling.BOX)) >= 128


def interventions(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The true falls of a network's score."""
    for task in tasks:
        scenes = scenes_of(context, task).first(task.parameters["images"])
        yield Entry(*pack(find_truth(explained_of(context, task), scenes)))


def evaluations(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The scores of a method for a network."""
    registry = methods()
    for task in tasks:
        entry = context.store.get(task.needs["truth"][0])
        truth, size = unpack(Truth, entry.arrays, entry.facts), Sizes(**task.parameters["sizes"])
        method, explained = registry[task.parameters["method"]], explained_of(context, task)
        yield Entry(*pack(evaluate(explained, scenes_of(context, task), truth, method, size)))


RUN: Mapping[str, object] = {step.__name__: step for step in (grounds, interventions, evaluations)}
