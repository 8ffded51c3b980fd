"""From the store to the chapter's record."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from atlas.chapters.heatmaps.evaluation import Evaluation
from atlas.chapters.heatmaps.maps import Decisions, HeatMaps
from atlas.chapters.heatmaps.paths import Paths
from atlas.chapters.heatmaps.recipe import chosen_methods, chosen_networks, section
from atlas.chapters.heatmaps.records import NOTHING, HeatmapResults, NetworkMaps
from atlas.chapters.heatmaps.scores import NetworkScores
from atlas.chapters.heatmaps.typical import TypicalDecisions
from atlas.core.pack import unpack
from atlas.core.specs import NetworkSpec
from atlas.pipeline.pack import unpack_part
from atlas.pipeline.plan import Plan
from atlas.pipeline.store import Store


def read(plan: Plan, store: Store) -> HeatmapResults:
    """The chapter's record; maps are read on demand."""
    if "explained_images:all" not in plan.by_name:
        return NOTHING
    entry = store.get(plan.get("explained_images", "all").digest)
    part, wall = unpack_part(entry), entry.facts["wall"]
    sources = [part.images[place].source for place in entry.facts["evaluated"]]
    return HeatmapResults(
        images=tuple(entry.facts["indices"][place] for place in wall),
        masks=tuple(part.masks[place] for place in wall),
        evaluated=len(entry.facts["evaluated"]),
        methods=tuple(method.name for method in chosen_methods(plan.recipe)),
        networks=tuple(_network(plan, store, network.spec, sources) for network in chosen_networks(plan.recipe)),
        alone=min(section(plan.recipe).alone, len(wall)),
    )


def _network(plan: Plan, store: Store, spec: NetworkSpec, sources: Sequence[str]) -> NetworkMaps:
    steps = {step: plan.get(step, spec.name).digest for step in ("decisions", "paths", "typical_decisions")}
    maps = {method.name: plan.get("heat_maps", f"{spec.name}/{method.name}") for method in chosen_methods(plan.recipe)}
    entry = store.get(steps["decisions"])
    methods = chosen_methods(plan.recipe)
    evaluated = {method.name: plan.get("evaluations", f"{spec.name}/{method.name}").digest for method in methods}
    return NetworkMaps(
        spec=spec,
        decisions=unpack(Decisions, entry.arrays, entry.facts),
        load=partial(_maps, store, {name: task.digest for name, task in maps.items()}),
        keys=steps | {name: task.digest for name, task in maps.items()},
        paths=_paths(store, steps["paths"]),
        typical=_typical(store, steps["typical_decisions"]),
        scores=NetworkScores(methods, {name: _evaluation(store, key) for name, key in evaluated.items()}, sources),
    )


def _paths(store: Store, digest: str) -> Paths:
    entry = store.get(digest)
    return unpack(Paths, entry.arrays, entry.facts)


def _typical(store: Store, digest: str) -> TypicalDecisions | None:
    entry = store.get(digest)
    return unpack(TypicalDecisions, entry.arrays, entry.facts) if entry.arrays else None


def _evaluation(store: Store, digest: str) -> Evaluation:
    entry = store.get(digest)
    return unpack(Evaluation, entry.arrays, entry.facts)


def _maps(store: Store, digests: dict[str, str], method: str) -> HeatMaps:
    entry = store.get(digests[method])
    return unpack(HeatMaps, entry.arrays, entry.facts)
