"""From the store to the records of the image networks, one layer at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from atlas.chapters.vision.match_steps import twins_of
from atlas.chapters.vision.steps import layout_of
from atlas.core.report import Diagnosis, Part, Structure
from atlas.core.results import (
    Cells,
    Examples,
    LayerResults,
    Layout,
    Neighbours,
    NetworkResults,
    Picture,
    ReceptiveField,
    UnitStats,
)
from atlas.core.specs import LayerSpec
from atlas.pipeline.plan import Plan
from atlas.pipeline.store import Entry, Store
from atlas.pipeline.task import Task
from atlas.recipe.network import NetworkRecipe
from atlas.weights.model_card import read_card, read_gates


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
        structure=_structure(store.get(plan.get("structures", recipe.name).digest)),
        pictured={layer.name: frozenset(recipe.pictured(layer)) for layer in recipe.chosen()},
        card=read_card(recipe.spec),
        diagnosis=_diagnosis(plan, store, recipe),
        gates=read_gates(recipe.spec),
        keys={step: plan.by_name[f"{step}:{name}"].digest for step, name in (
            ("fields", recipe.name), ("structures", recipe.name), ("predictions", f"{recipe.name}/{recipe.spec.logits.name}"), ("diagnoses", recipe.name))
            if f"{step}:{name}" in plan.by_name},
    )  # fmt: skip


def _diagnosis(plan: Plan, store: Store, recipe: NetworkRecipe) -> Diagnosis | None:
    task = plan.by_name.get(f"diagnoses:{recipe.name}")
    if task is None:
        return None
    entry = store.get(task.digest)
    arrays, facts = entry.arrays, entry.facts
    one, two = arrays["strides"].tolist()
    return Diagnosis(
        images=facts["images"],
        probed=facts["probed"],
        strides=(one, two),
        spectra=(arrays["spectrum1"], arrays["spectrum2"]),
        aliased=(arrays["aliased1"], arrays["aliased2"]),
        **{name: arrays[name] for name in ("norms", "positive", "spread", "filters", "filters_above", "units", "image",
                                           "value", "seen", "projected")},
    )  # fmt: skip


def _structure(entry: Entry) -> Structure:
    parts = tuple(
        Part(**part | {"after": tuple(part["after"]), "layers": tuple(part["layers"])}) for part in entry.facts["parts"]
    )
    return Structure(parts, int(entry.facts["multiply_adds"]), entry.arrays["filters"])


def _layer(plan: Plan, store: Store, recipe: NetworkRecipe, fields: dict[str, Any], name: str) -> LayerResults:
    layer = recipe.spec.layer(name)
    path = f"{recipe.name}/{name}"
    tasks = {step: plan.get(step, path) for step in ("summaries", "examples", "neighbours")}
    found = plan.by_name.get(f"maps:{path}")
    layout, cells = _map(plan, store, found) if found else (None, None)
    pictures = _pictures(plan, store, recipe, layer)
    keys = {step: task.digest for step, task in tasks.items()}
    return LayerResults(
        spec=layer,
        field=ReceptiveField(**fields[name]),
        stats=_stats(store.get(tasks["summaries"].digest)),
        examples=_examples(store.get(tasks["examples"].digest)),
        neighbours=Neighbours(**store.get(tasks["neighbours"].digest).arrays),
        pictures=pictures,
        layout=layout,
        cells=cells,
        keys=keys | ({"maps": found.digest} if found else {}),
        twins={other: twins_of(entry, recipe.name, name) for other, entry in _pairs(plan, store, recipe.name)},
    )


def _pairs(plan: Plan, store: Store, network: str) -> Iterator[tuple[str, Entry]]:
    """The comparisons of `network` with each other one."""
    for other in (recipe.name for recipe in plan.recipe.networks):
        for pair in (f"twins:{network}/{other}", f"twins:{other}/{network}"):
            if pair in plan.by_name:
                yield other, store.get(plan.by_name[pair].digest)


def _pictures(plan: Plan, store: Store, recipe: NetworkRecipe, layer: LayerSpec) -> dict[int, Picture]:
    tasks = {index: plan.get("pictures", f"{recipe.name}/{layer.name}/{index}") for index in recipe.pictured(layer)}
    return {index: _picture(store.get(task.digest), task.digest) for index, task in tasks.items()}


def _picture(entry: Entry, digest: str) -> Picture:
    facts = entry.facts
    return Picture(
        rgb=entry.arrays["rgb"],
        score_mean=facts["score_mean"],
        score_max=facts["score_max"],
        curve=entry.arrays["curve"],
        parameters={**facts["parameters"], "key": digest},
    )


def _stats(entry: Entry) -> UnitStats:
    arrays = {name: value for name, value in entry.arrays.items() if name not in ("image", "value")}
    return UnitStats(**arrays, label_names=tuple(entry.facts["label_names"]))


def _examples(entry: Entry) -> Examples:
    return Examples(**entry.arrays, levels=tuple(entry.facts["levels"]))


def _map(plan: Plan, store: Store, task: Task) -> tuple[Layout, Cells]:
    entry = store.get(task.digest)
    arrays = {name: value for name, value in entry.arrays.items() if name != "xy"}
    icons = [other for other in plan.tasks if other.step == "icons" and other.needs["map"] == (task.digest,)]
    made = np.concatenate([store.get(icon.digest).arrays["rgb"] for icon in icons]) if icons else None
    icon = tuple(made) if made is not None else (None,) * len(arrays["count"])
    return layout_of(entry), Cells(grid=entry.facts["grid"], icon=icon, **arrays)
