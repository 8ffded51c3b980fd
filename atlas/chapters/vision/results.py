"""From the store to the records of the image networks, one layer at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import numpy as np

from atlas.chapters.vision.match_steps import matches_of
from atlas.chapters.vision.steps import UNMAPPED, layout_of
from atlas.core.groups import Accuracy, Dissection
from atlas.core.pack import unpack
from atlas.core.report import Diagnosis, Structure
from atlas.core.results import (
    NO_RELEVANCE,
    Cells,
    ExampleRelevance,
    Examples,
    LayerResults,
    Layout,
    Neighbours,
    NetworkResults,
    Picture,
    ReceptiveField,
    UnitStats,
)
from atlas.core.specs import IMAGE_KINDS, Array, LayerSpec
from atlas.core.tuning import NO_TUNING, Tuning
from atlas.methods.accuracy import accuracy, known_classes
from atlas.networks.labels import class_names
from atlas.pipeline.plan import Plan
from atlas.pipeline.store import Entry, Store
from atlas.pipeline.task import Task
from atlas.recipe.network import NetworkRecipe
from atlas.weights.model_card import read_card, read_gates

R = TypeVar("R")


def read(plan: Plan, store: Store) -> tuple[NetworkResults, ...]:
    """The image networks of the recipe, in its order."""
    return tuple(_network(plan, store, network) for network in plan.recipe.networks)


def _network(plan: Plan, store: Store, recipe: NetworkRecipe) -> NetworkResults:
    fields = store.get(plan.get("fields", recipe.name).digest).facts
    return NetworkResults(
        spec=recipe.spec,
        parameters=int(fields["parameters"]),
        layer_names=tuple(layer.name for layer in recipe.chosen()),
        load=partial(_layer, plan, store, recipe, fields["fields"]),
        structure=_record(Structure, store.get(plan.get("structures", recipe.name).digest)),
        pictured={layer.name: frozenset(recipe.pictured(layer)) for layer in recipe.chosen()},
        card=read_card(recipe.spec),
        diagnosis=_diagnosis(plan, store, recipe),
        gates=read_gates(recipe.spec),
        accuracies=_accuracies(plan, store, recipe),
        keys=_keys(plan, recipe),
    )


def _accuracies(plan: Plan, store: Store, recipe: NetworkRecipe) -> dict[str, Accuracy]:
    """Accuracy on the probe images of each kind whose class the network knows, from its stored predictions."""
    facts = store.get(plan.get("probe_set", "all").digest).facts
    spec, images = recipe.spec, facts["images"]
    top = store.get(plan.get("predictions", f"{recipe.name}/{spec.logits.name}").digest).arrays["top5"]
    names = class_names(facts["labels"]) if facts["labels"] else ()
    told = [image["class_index"] for image in images], [image["label"] for image in images]
    classes = known_classes(*told, names, class_names(spec.labels))
    found = {}
    for kind in IMAGE_KINDS:
        of = [place for place, image in enumerate(images) if image["kind"] == kind and classes[place] >= 0]
        if of:
            found[kind] = accuracy(top[of], classes[of], [images[place]["source"] for place in of])
    return found


def _keys(plan: Plan, recipe: NetworkRecipe) -> dict[str, str]:
    """The store keys of what the figures of the whole network are made from, by step."""
    names = {
        "fields": recipe.name,
        "structures": recipe.name,
        "predictions": f"{recipe.name}/{recipe.spec.logits.name}",
        "diagnoses": recipe.name,
    }
    tasks = {step: plan.by_name.get(f"{step}:{name}") for step, name in names.items()}
    return {step: task.digest for step, task in tasks.items() if task is not None}


def _record(kind: type[R], entry: Entry) -> R:
    return unpack(kind, entry.arrays, entry.facts)


def _diagnosis(plan: Plan, store: Store, recipe: NetworkRecipe) -> Diagnosis | None:
    task = plan.by_name.get(f"diagnoses:{recipe.name}")
    if task is None:
        return None
    entry = store.get(task.digest)
    arrays, facts = entry.arrays, entry.facts
    first, second = arrays["strides"].tolist()
    of_filters = ("norms", "positive", "spread", "filters", "filters_above")
    of_pictures = ("units", "image", "value", "seen", "projected")
    return Diagnosis(
        images=facts["images"],
        probed=facts["probed"],
        strides=(first, second),
        spectra=(arrays["spectrum1"], arrays["spectrum2"]),
        aliased=(arrays["aliased1"], arrays["aliased2"]),
        **{name: arrays[name] for name in (*of_filters, *of_pictures)},
    )


def _layer(plan: Plan, store: Store, recipe: NetworkRecipe, fields: dict[str, Any], name: str) -> LayerResults:
    layer = recipe.spec.layer(name)
    path = f"{recipe.name}/{name}"
    tasks = {step: plan.get(step, path) for step in ("summaries", "examples", "neighbours", "network_dissections")}
    map_task = plan.by_name.get(f"maps:{path}")
    layout, cells, unmapped = _map(plan, store, map_task) if map_task else (None, None, "")
    keys = {step: task.digest for step, task in tasks.items()}
    return LayerResults(
        spec=layer,
        field=ReceptiveField(**fields[name]),
        stats=_record(UnitStats, store.get(tasks["summaries"].digest)),
        examples=_record(Examples, store.get(tasks["examples"].digest)),
        neighbours=_record(Neighbours, store.get(tasks["neighbours"].digest)),
        tuning=_record(Tuning, store.get(plan.get("tunings", path).digest)) if layer.spatial else NO_TUNING,
        dissection=_record(Dissection, store.get(tasks["network_dissections"].digest)),
        relevance=_relevance(plan, store, path),
        pictures=_pictures(plan, store, recipe, layer),
        layout=layout,
        cells=cells,
        unmapped=unmapped,
        keys=keys | ({"maps": map_task.digest} if map_task else {}),
        matched_units={
            other: matches_of(entry, recipe.name, name) for other, entry in _pairs(plan, store, recipe.name)
        },
    )


def _relevance(plan: Plan, store: Store, path: str) -> ExampleRelevance:
    task = plan.by_name.get(f"example_relevances:{path}")
    return _record(ExampleRelevance, store.get(task.digest)) if task else NO_RELEVANCE


def _pairs(plan: Plan, store: Store, network: str) -> Iterator[tuple[str, Entry]]:
    """The comparisons of `network` with each other one."""
    for other in (recipe.name for recipe in plan.recipe.networks):
        for pair in (f"matched_units:{network}/{other}", f"matched_units:{other}/{network}"):
            if pair in plan.by_name:
                yield other, store.get(plan.by_name[pair].digest)


def _pictures(plan: Plan, store: Store, recipe: NetworkRecipe, layer: LayerSpec) -> dict[int, Picture]:
    tasks = {index: plan.get("pictures", f"{recipe.name}/{layer.name}/{index}") for index in recipe.pictured(layer)}
    return {index: _picture(store.get(task.digest), task.digest) for index, task in tasks.items()}


def _picture(entry: Entry, digest: str) -> Picture:
    picture = _record(Picture, entry)
    return replace(picture, parameters={**picture.parameters, "key": digest})


def _map(plan: Plan, store: Store, task: Task) -> tuple[Layout | None, Cells | None, str]:
    """The layout of a layer and its cells, or why it has none."""
    entry = store.get(task.digest)
    if UNMAPPED in entry.facts:
        return None, None, str(entry.facts[UNMAPPED])
    arrays = {name: value for name, value in entry.arrays.items() if name != "xy"}
    chunks = [other for other in plan.tasks if other.step == "icons" and other.needs["map"] == (task.digest,)]
    icons: tuple[Array | None, ...] = (None,) * len(arrays["count"])
    if chunks:
        icons = tuple(np.concatenate([store.get(chunk.digest).arrays["rgb"] for chunk in chunks]))
    return layout_of(entry), Cells(grid=entry.facts["grid"], icon=icons, **arrays), ""
