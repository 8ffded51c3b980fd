"""What there is, from the registries, as plain rows for `atlas list`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from atlas.core.chapter import parts
from atlas.core.results import AtlasResults
from atlas.core.sources import WeightSource
from atlas.pipeline.task import steps as all_steps
from atlas.probes import PROBES
from atlas.recipe.read import RECIPES

Rows = list[dict[str, Any]]


class Registered(Protocol):
    """A network of any kind that a chapter registers."""

    @property
    def name(self) -> str: ...
    @property
    def weights(self) -> WeightSource: ...


class ListingPart(Protocol):
    """The part `listing` of a chapter: what it registers."""

    LISTINGS: Mapping[
        str, Callable[[], Rows]
    ]  # by what `atlas list` calls it; rows of several chapters under one name are joined

    def specs(self) -> Iterable[Registered]:
        """The networks whose weights `atlas doctor` looks for."""


def probes() -> Rows:
    """The kinds of probe sets."""
    return [{"usage": PROBES[name].usage, "summary": PROBES[name].summary} for name in PROBES]


def steps() -> Rows:
    """The steps of a build."""
    return [{"name": step.name, "version": step.version, "title": step.title} for step in all_steps().values()]


def recipes() -> Rows:
    """The packaged recipes."""
    return [{"name": path.stem, "file": path.name} for path in sorted(RECIPES.glob("*.toml"))]


def figures(results: AtlasResults) -> Rows:
    """The ids of all figures of a built atlas."""
    from atlas.publish.catalogue import all_ids

    return [{"id": figure_id} for figure_id in all_ids(results)]


def measured() -> dict[str, Callable[[AtlasResults], Rows]]:
    """What `atlas list` can list of a built atlas: figures, and what chapters offer (`MEASURED`)."""
    found: dict[str, Callable[[AtlasResults], Rows]] = {"figures": figures}
    for _, part in parts("listing"):
        found |= getattr(part, "MEASURED", {})
    return found


def listings() -> dict[str, list[Callable[[], Rows]]]:
    """All lists by name: those of the chapters, then those of the whole."""
    found: dict[str, list[Callable[[], Rows]]] = {}
    for _, part in parts("listing"):
        for name, listing in part.LISTINGS.items():
            found.setdefault(name, []).append(listing)
    for listing in (probes, steps, recipes):
        found.setdefault(listing.__name__, []).append(listing)
    return found


def registered() -> list[Registered]:
    """Every network that a chapter registers."""
    return [spec for _, part in parts("listing") for spec in part.specs()]
