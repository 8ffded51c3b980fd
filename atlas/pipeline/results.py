"""From the store to the records that the site is made from."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Protocol

from atlas.core.chapter import parts
from atlas.core.results import AtlasResults
from atlas.core.specs import ProbeImage, ProbePart, ProbeSet, Skipped
from atlas.networks.labels import class_names
from atlas.pipeline.pack import unpack_part
from atlas.pipeline.plan import Plan
from atlas.pipeline.store import Entry, Store


class ResultsPart(Protocol):
    """The part `results` of a chapter."""

    def read(self, plan: Plan, store: Store) -> object:
        """The chapter's own record, from results that are all in the store; what is large is read on demand."""


def read_results(plan: Plan, store: Store) -> AtlasResults:
    """The results of a plan whose tasks are all in the store."""
    libraries: dict[str, str] = {}
    for task in plan.tasks:
        libraries |= task.key.fields["libraries"]
    return AtlasResults(
        recipe=plan.recipe.published(),
        probes=_probe_set(store.get(plan.get("probe_set", "all").digest), private=not plan.recipe.publish),
        parts=partial(_parts, plan, store),
        versions=dict(sorted(libraries.items())),
        seconds=step_seconds(plan, store),
        class_names=class_names,
        chapters={chapter.name: part.read(plan, store) for chapter, part in parts("results")},
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


def _probe_set(entry: Entry, *, private: bool) -> ProbeSet:
    facts = dict(entry.facts)
    return ProbeSet(
        name=facts["name"],
        title=facts["title"],
        digest=facts["digest"],
        size=facts["size"],
        images=tuple(ProbeImage(**image) for image in facts["images"]),
        skipped=tuple(Skipped(**skipped) for skipped in facts["skipped"]),
        labels=facts["labels"],
        publish=facts["publish"] or private,  # an atlas that is not published shows all images
    )
