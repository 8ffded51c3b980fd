"""From the store to the records of the generators."""

from __future__ import annotations

import json
from typing import TypeVar

from atlas.chapters.generative.direction_study import DirectionStudy
from atlas.chapters.generative.plan import STUDIES
from atlas.chapters.generative.recipe import section
from atlas.chapters.generative.records import GeneratorCard, GeneratorResults
from atlas.chapters.generative.sprite_study import CodeStudy
from atlas.chapters.generative.study import QualityStudy, Sample, UnitStudy
from atlas.core.pack import unpack
from atlas.core.results import Layout
from atlas.core.sources import EmbeddedFile
from atlas.core.specs import GeneratorSpec
from atlas.pipeline.plan import Plan
from atlas.pipeline.store import Store

R = TypeVar("R")


def read(plan: Plan, store: Store) -> tuple[GeneratorResults, ...]:
    """The generators of the recipe, in its order; StoreError where a result is missing or damaged."""
    return tuple(_generator(plan, store, spec) for spec in section(plan.recipe).chosen())


def _generator(plan: Plan, store: Store, spec: GeneratorSpec) -> GeneratorResults:
    tasks = {step: plan.by_name[name] for step in STUDIES if (name := f"{step}:{spec.name}") in plan.by_name}

    def record(kind: type[R], step: str) -> R:
        entry = store.get(tasks[step].digest)
        return unpack(kind, entry.arrays, entry.facts)

    return GeneratorResults(
        spec=spec,
        card=_card(spec),
        sample=record(Sample, "samples"),
        directions=record(DirectionStudy, "directions"),
        units=record(UnitStudy, "dissections"),
        layout=record(Layout, "latent_maps"),
        quality=record(QualityStudy, "qualities"),
        codes=record(CodeStudy, "codes") if "codes" in tasks else None,
        keys={step: task.digest for step, task in tasks.items()},
    )


def _card(spec: GeneratorSpec) -> GeneratorCard | None:
    """The model card beside the weights, of a generator that this project trained."""
    from atlas.weights import load as weights

    if not isinstance(spec.weights, EmbeddedFile):
        return None
    return unpack(GeneratorCard, {}, json.loads(weights.locate(spec.weights).with_suffix(".json").read_text("utf-8")))
