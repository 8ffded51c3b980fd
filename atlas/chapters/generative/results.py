"""From the store to the records of the generators."""

from __future__ import annotations

import json
from typing import Any

from atlas.chapters.generative.plan import STUDIES
from atlas.chapters.generative.recipe import section
from atlas.chapters.generative.records import GeneratorResults
from atlas.core.sources import EmbeddedFile
from atlas.core.specs import GeneratorSpec
from atlas.pipeline.plan import Plan
from atlas.pipeline.store import Store


def read(plan: Plan, store: Store) -> tuple[GeneratorResults, ...]:
    """The generators of the recipe, in its order."""
    return tuple(_generator(plan, store, spec) for spec in section(plan.recipe).chosen())


def _generator(plan: Plan, store: Store, spec: GeneratorSpec) -> GeneratorResults:
    tasks = {study: plan.by_name[name] for study in STUDIES if (name := f"{study}:{spec.name}") in plan.by_name}
    entries = {study: store.get(task.digest) for study, task in tasks.items()}
    return GeneratorResults(
        spec=spec,
        card=_card(spec),
        arrays={study: entry.arrays for study, entry in entries.items()},
        facts={study: entry.facts for study, entry in entries.items()},
        keys={study: task.digest for study, task in tasks.items()},
    )


def _card(spec: GeneratorSpec) -> dict[str, Any] | None:
    """The model card beside the weights, of a generator that this project trained."""
    from atlas.weights import load as weights

    if not isinstance(spec.weights, EmbeddedFile):
        return None
    card: dict[str, Any] = json.loads(weights.locate(spec.weights).with_suffix(".json").read_text("utf-8"))
    return card
