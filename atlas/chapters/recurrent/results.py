"""From the store to the records of the recurrent networks."""

from __future__ import annotations

from atlas.chapters.recurrent.loaded import recurrent_card
from atlas.chapters.recurrent.plan import studies_of
from atlas.chapters.recurrent.recipe import section
from atlas.chapters.recurrent.records import RecurrentNetworks, RecurrentResults
from atlas.core.specs import RecurrentSpec
from atlas.pipeline.plan import Plan
from atlas.pipeline.store import Store


def read(plan: Plan, store: Store) -> RecurrentNetworks:
    """The recurrent networks of the recipe, in its order."""
    chosen = section(plan.recipe).chosen()
    return RecurrentNetworks(
        networks=tuple(_network(plan, store, spec) for spec in chosen if spec.reads_code),
        readers={spec.reads: _network(plan, store, spec) for spec in chosen if not spec.reads_code},
    )


def _network(plan: Plan, store: Store, spec: RecurrentSpec) -> RecurrentResults:
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
        pages=section(plan.recipe).paged(spec),
    )
