"""From the store to the records that the site is made from, one layer at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from atlas.build import generative
from atlas.build.pack import unpack_part
from atlas.build.plan import Plan, Task
from atlas.build.recurrent import recurrent_card, studies_of
from atlas.build.store import Entry, Store
from atlas.build.twins import twins_of
from atlas.card import read_card, read_gates
from atlas.config import NetworkRecipe
from atlas.labels import class_names
from atlas.measured import (
    AtlasResults,
    Cells,
    Examples,
    GeneratorResults,
    LayerResults,
    Layout,
    Neighbours,
    NetworkResults,
    Picture,
    ReceptiveField,
    RecurrentResults,
    UnitStats,
)
from atlas.portrait import Diagnosis, Part, Structure
from atlas.types import GeneratorSpec, LayerSpec, ProbeImage, ProbePart, ProbeSet, RecurrentSpec, Skipped


def read_results(plan: Plan, store: Store) -> AtlasResults:
    """The results of a plan whose tasks are all in the store."""
    libraries: dict[str, str] = {}
    for task in plan.tasks:
        libraries |= task.key.fields["libraries"]
    return AtlasResults(
        recipe=plan.recipe.model_dump(mode="json"),
        probes=_probe_set(store.get(plan.get("probe_set", "all").digest)),
        parts=partial(_parts, plan, store),
        networks=tuple(_network(plan, store, network) for network in plan.recipe.networks),
        versions=dict(sorted(libraries.items())),
        seconds=step_seconds(plan, store),
        class_names=class_names,
        recurrent=tuple(_recurrent(plan, store, s) for s in plan.recipe.recurrent.chosen() if s.reads_code),
        readers={s.reads: _recurrent(plan, store, s) for s in plan.recipe.recurrent.chosen() if not s.reads_code},
        generators=tuple(_generator(plan, store, spec) for spec in plan.recipe.generative.chosen()),
    )


def step_seconds(plan: Plan, store: Store) -> dict[str, float]:
    """Processor seconds that the entries of each step took when they were made."""
    seconds: dict[str, float] = {}
    for task in plan.tasks:
        seconds[task.step] = seconds.get(task.step, 0.0) + store.seconds(task.digest)
    return {step: round(total, 1) for step, total in seconds.items()}


def _parts(plan: Plan, store: Store) -> Iterator[ProbePart]:
    for task in plan.tasks:
        if task.step == "probes":
            yield unpack_part(store.get(task.digest))


def _probe_set(entry: Entry) -> ProbeSet:
    facts = dict(entry.facts)
    return ProbeSet(
        name=facts["name"],
        title=facts["title"],
        digest=facts["digest"],
        size=facts["size"],
        images=tuple(ProbeImage(**image) for image in facts["images"]),
        skipped=tuple(Skipped(**skipped) for skipped in facts["skipped"]),
        labels=facts["labels"],
        publish=facts["publish"],
    )


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


def layout_of(entry: Entry) -> Layout:
    """A layout from an entry of the steps `layouts` or `maps`."""
    facts = {name: value for name, value in entry.facts.items() if name != "grid"}
    return Layout(xy=entry.arrays["xy"], **facts)


def _map(plan: Plan, store: Store, task: Task) -> tuple[Layout, Cells]:
    entry = store.get(task.digest)
    arrays = {name: value for name, value in entry.arrays.items() if name != "xy"}
    icons = [other for other in plan.tasks if other.step == "icons" and other.needs["map"] == (task.digest,)]
    made = np.concatenate([store.get(icon.digest).arrays["rgb"] for icon in icons]) if icons else None
    icon = tuple(made) if made is not None else (None,) * len(arrays["count"])
    return layout_of(entry), Cells(grid=entry.facts["grid"], icon=icon, **arrays)


def _recurrent(plan: Plan, store: Store, spec: RecurrentSpec) -> RecurrentResults:
    studies = studies_of(spec)
    entries = {study: store.get(plan.get(study, spec.name).digest) for study in studies}
    text = store.get(plan.get("texts", "library").digest).facts if spec.reads_code else {}
    return RecurrentResults(
        spec=spec,
        card=recurrent_card(spec),
        arrays={study: entry.arrays for study, entry in entries.items()},
        facts={study: entry.facts for study, entry in entries.items()},
        text=text,
        keys={study: plan.get(study, spec.name).digest for study in studies},
        pages=plan.recipe.recurrent.paged(spec),
    )


def _generator(plan: Plan, store: Store, spec: GeneratorSpec) -> GeneratorResults:
    tasks = {
        study: plan.by_name[name] for study in generative.STUDIES if (name := f"{study}:{spec.name}") in plan.by_name
    }
    entries = {study: store.get(task.digest) for study, task in tasks.items()}
    return GeneratorResults(
        spec=spec,
        card=generative.generator_card(spec),
        arrays={study: entry.arrays for study, entry in entries.items()},
        facts={study: entry.facts for study, entry in entries.items()},
        keys={study: task.digest for study, task in tasks.items()},
    )
