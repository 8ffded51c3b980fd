"""The work of each step: read the inputs from the store, call the science, return arrays. Runs in worker processes.

A step function takes all tasks of one group and yields an Entry for each, in order. The science itself imports neither
store nor plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict

import numpy as np

from atlas.chapters.vision import diagnosis_steps, dissection_steps, match_steps, relevance_steps, tuning_steps
from atlas.chapters.vision.loaded import network_of, spec_of
from atlas.chapters.vision.plan import ICON_CHUNK, POSITIONS
from atlas.core.pack import pack, unpack
from atlas.core.results import Layout, Picture, ReceptiveField
from atlas.core.specs import Array, LayerSpec, Unit
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext

UNMAPPED = "unmapped"  # where a layer has no layout, its entry holds this alone: why

StepFunction = Callable[[StepContext, Sequence[Task]], Iterator[Entry]]
RUN: dict[str, StepFunction] = {
    **diagnosis_steps.RUN,
    **dissection_steps.RUN,
    **match_steps.RUN,
    **relevance_steps.RUN,
    **tuning_steps.RUN,
}


def _step(function: StepFunction) -> StepFunction:
    RUN[function.__name__] = function
    return function


# ---------------------------------------------------------------- responses


def _layer_of(context: StepContext, task: Task) -> LayerSpec:
    return spec_of(context, task).layer(task.parameters["layer"]["name"])


def _pixels(part: Entry) -> Array:
    from atlas.pipeline.pack import unpack_webp
    from atlas.probes import decode

    return decode(unpack_webp(part.arrays))


@_step
def fields(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Receptive fields of all layers of a network, and its number of parameters."""
    from atlas.chapters.vision.receptive_field import receptive_fields

    for task in tasks:
        network = network_of(context, task)
        layers = [network.spec.layer(layer["name"]) for layer in task.parameters["layers"]]
        by_name = {name: asdict(field) for name, field in receptive_fields(network, layers).items()}
        yield Entry({}, {"fields": by_name, "parameters": sum(p.numel() for p in network.module.parameters())})


@_step
def structures(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The parts of a network, what they cost, and the weights of its first convolution."""
    from atlas.chapters.vision.structure import structure

    for task in tasks:
        yield Entry(*pack(structure(network_of(context, task), task.parameters["device"])))


@_step
def responses(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """One forward pass over one part of the probe set, for all layers of the group."""
    from atlas.chapters.vision.collect import no_responses, respond

    first = tasks[0]
    part = context.store.get(first.needs["probes"][0])
    images = part.facts["images"]
    seeds = [f"{first.parameters['seed']}:{first.parameters['network']}:{image['id']}" for image in images]
    layers = [_layer_of(context, task) for task in tasks]
    if images:
        device = first.parameters["device"]
        by_layer = respond(network_of(context, first), layers, _pixels(part), seeds=seeds, device=device)
    else:  # every image of this part was passed over
        by_layer = {layer.name: no_responses(layer) for layer in layers}
    for layer in layers:
        yield Entry(*pack(by_layer[layer.name]))


def _stack(context: StepContext, task: Task, name: str) -> Array:
    """One array of all responses of a layer, images first."""
    return np.concatenate([context.store.get(digest).arrays[name] for digest in task.needs["responses"]])


@_step
def predictions(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The class that the network itself predicts for each image."""
    for task in tasks:
        logits = _stack(context, task, "maxima")
        ranks = np.argsort(-logits, axis=1, kind="stable")[:, :5].astype(np.int32)
        ranks[~np.isfinite(logits).all(axis=1)] = -1  # no prediction
        yield Entry({"predicted": ranks[:, 0].copy(), "top5": ranks}, {})


def _predicted(context: StepContext, task: Task) -> Array:
    return context.store.get(task.needs["predictions"][0]).arrays["predicted"]


# ---------------------------------------------------------------- units


@_step
def summaries(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Statistics and example images of each unit of a layer."""
    from atlas.chapters.vision.collect import Moments, merge_moments
    from atlas.chapters.vision.profile import Grouping, grouping
    from atlas.chapters.vision.summarize import Works, bounded, select_examples, summarize

    for task in tasks:
        parts = [context.store.get(digest) for digest in task.needs["responses"]]
        maxima = bounded(np.concatenate([part.arrays["maxima"] for part in parts]))
        moments = merge_moments([unpack(Moments, part.arrays, part.facts) for part in parts])
        images = context.store.get(task.needs["probe_set"][0]).facts["images"]
        sources = [image["source"] for image in images]
        by = {"labels": grouping([image["label"] for image in images])}
        by["groups"] = grouping([image["group"] for image in images])
        arrays, facts = pack(summarize(maxima, moments, sources, classes=Grouping(_predicted(context, task)), **by))
        limits = {name: task.parameters[name] for name in ("top", "per_source")}
        works = Works(sources, *([image[name] for image in images] for name in ("ground", "kind")))
        chosen, levels = select_examples(maxima, works, **limits)
        values = np.where(chosen >= 0, maxima[chosen, np.arange(maxima.shape[1])[:, None]], 0).astype(np.float32)
        yield Entry({**arrays, "image": chosen, "value": values}, {"levels": list(levels), **facts})


@_step
def example_positions(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Positions and response maps of the examples that lie in one part, for all layers of the group."""
    from atlas.chapters.vision.locate import empty, locate, wanted_of

    first = tasks[0]
    sizes, part = context.store.get(first.needs["probe_set"][0]).facts["sizes"], first.parameters["part"]
    tables = {_layer_of(context, task).name: _image_table(context, task) for task in tasks}
    wanted = {name: wanted_of(table, sum(sizes[:part]), sizes[part]) for name, table in tables.items()}
    pairs = {name: (images, units) for name, (images, units, _) in wanted.items() if len(images)}
    fields = context.store.get(first.needs["fields"][0]).facts["fields"]
    windows = {name: ReceptiveField(**fields[name]) for name in pairs}
    located = {}
    if pairs:
        pixels = _pixels(context.store.get(first.needs["probes"][0]))
        located = locate(network_of(context, first), pairs, windows, pixels, device=first.parameters["device"])
    for name, (_, units, slots) in wanted.items():
        arrays, _ = pack(located.get(name) or empty(0))
        yield Entry({"unit": units.astype(np.int32), "slot": slots.astype(np.int32), **arrays}, {})


def _image_table(context: StepContext, task: Task) -> Array:
    """The images of a layer's examples, [C, E]."""
    return context.store.get(task.needs["summary"][0]).arrays["image"]


@_step
def examples(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The positions of all parts in one table of a layer."""
    from atlas.chapters.vision.locate import empty

    for task in tasks:
        summary = context.store.get(task.needs["summary"][0])
        units, slots = summary.arrays["image"].shape
        flat, _ = pack(empty(units * slots))
        tables = {name: value.reshape(units, slots, *value.shape[1:]) for name, value in flat.items()}
        for digest in task.needs[POSITIONS]:
            part = context.store.get(digest).arrays
            for name, table in tables.items():
                table[part["unit"], part["slot"]] = part[name]
        yield Entry({"image": summary.arrays["image"], "value": summary.arrays["value"], **tables}, summary.facts)


@_step
def neighbours(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The most correlated units of the same layer."""
    from atlas.methods.correlate import neighbours as compare

    for task in tasks:
        yield Entry(*pack(compare(_stack(context, task, "means"))))


# ---------------------------------------------------------------- pictures and maps


@_step
def pictures(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Feature visualizations of units of one layer."""
    from atlas.methods.visualize import Settings, visualize_units

    first, layer = tasks[0], _layer_of(context, tasks[0])
    units = [Unit(first.parameters["network"], layer.name, task.parameters["unit"]) for task in tasks]
    settings = Settings(**first.parameters["settings"])
    seed, device = first.parameters["seed"], first.parameters["device"]
    for picture in visualize_units(network_of(context, first), layer, units, settings, seed=seed, device=device):
        yield Entry(*pack(picture))


@_step
def layouts(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """A UMAP layout of a layer, not yet turned to lie as its neighbours do; where it has none, why."""
    from atlas.methods.embed import EmbedSettings, embed
    from atlas.methods.unmapped import unmapped

    for task in tasks:
        names = ("neighbours", "min_dist", "metric", "epochs")
        settings = EmbedSettings(**{name: task.parameters[name] for name in names})
        sample, predicted = _stack(context, task, "sample"), _predicted(context, task)
        if reason := unmapped(sample):
            yield Entry({}, {UNMAPPED: reason})
            continue
        yield Entry(*pack(embed(sample, predicted, settings, seed=task.parameters["seed"])))


def layout_of(entry: Entry) -> Layout:
    """A layout from an entry of the steps `layouts` or `maps`."""
    return unpack(Layout, entry.arrays, entry.facts)


def _is_layout(entry: Entry) -> bool:
    """Does an entry of the step `layouts` hold one? Older stores keep layouts of constant layers, which are NaN."""
    return UNMAPPED not in entry.facts and bool(np.isfinite(entry.arrays["xy"]).all())


@_step
def maps(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The layout turned to lie as the reference does, and its grid cells; of a layer without layout, why."""
    from atlas.methods.embed import orient
    from atlas.methods.grid import cells
    from atlas.methods.unmapped import unmapped

    for task in tasks:
        sample, predicted = _stack(context, task, "sample"), _predicted(context, task)
        if reason := unmapped(sample):
            yield Entry({}, {UNMAPPED: reason})
            continue
        layout, reference = (context.store.get(task.needs[role][0]) for role in ("layout", "reference"))
        turned = layout_of(layout)
        if _is_layout(reference):
            turned = orient(turned, layout_of(reference))
        found = cells(turned, sample, predicted, grid=task.parameters["grid"], least=task.parameters["least"])
        arrays, facts = pack(turned)
        of_cells = {name: value for name, value in vars(found).items() if isinstance(value, np.ndarray)}
        yield Entry({**arrays, **of_cells}, {**facts, "grid": found.grid})


@_step
def icons(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Direction visualizations of one chunk of a map's cells (none where the chunk lies behind the last cell)."""
    from atlas.methods.visualize import Settings, visualize_directions

    for task in tasks:
        layer, first = _layer_of(context, task), task.parameters["first"]
        means = context.store.get(task.needs["map"][0]).arrays.get("mean", np.empty((0, 0)))[first : first + ICON_CHUNK]
        names = [f"{task.parameters['network']}/{layer.name}/cell/{first + index}" for index in range(len(means))]
        settings = Settings(**task.parameters["settings"])
        options = {name: task.parameters[name] for name in ("seed", "device")}
        pictures: Sequence[Picture] = ()
        if len(means):
            pictures = visualize_directions(network_of(context, task), layer, means, names, settings, **options)
        shape = (-1, settings.size, settings.size, 3)
        yield Entry({"rgb": np.array([picture.rgb for picture in pictures], np.uint8).reshape(shape)}, {})
