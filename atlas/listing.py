"""What there is, from the registries, as plain rows for `atlas list`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from atlas.config import RECIPES
from atlas.images import PROBES
from atlas.measured import AtlasResults
from atlas.networks import NETWORKS
from atlas.networks.generators import GENERATORS
from atlas.networks.recurrent import RECURRENT
from atlas.registry import Registry

Rows = list[dict[str, Any]]


def networks() -> Rows:
    """All registered networks."""
    return [
        {"name": spec.name, "title": spec.title, "year": spec.year, "layers": len(spec.layers),
         "units": sum(layer.units for layer in spec.layers), "labels": spec.labels, "licence": spec.weights.licence,
         "source": spec.weights.source}
        for spec in NETWORKS.values()
    ]  # fmt: skip


def layers() -> Rows:
    """All layers of all networks."""
    return [
        {"network": spec.name, "name": layer.name, "units": layer.units, "axes": layer.axes, "path": layer.path, "title": layer.title}
        for spec in NETWORKS.values()
        for layer in spec.layers
    ]  # fmt: skip


def probes() -> Rows:
    """The kinds of probe sets."""
    return [{"usage": PROBES[name].usage, "summary": PROBES[name].summary} for name in PROBES]


def methods() -> Rows:
    """The steps of a build."""
    from atlas.build.stepspec import STEPS

    return [{"name": step.name, "version": step.version, "title": step.title} for step in STEPS.values()]


def recipes() -> Rows:
    """The packaged recipes."""
    return [{"name": path.stem, "file": path.name} for path in sorted(RECIPES.glob("*.toml"))]


def listed_figures(results: AtlasResults) -> Rows:
    """The ids of all figures of a built atlas."""
    from atlas.figures.catalogue import all_ids

    return [{"id": figure_id} for figure_id in all_ids(results)]


LISTINGS: Registry[Callable[[], Rows]] = Registry("list")


def recurrent() -> Rows:
    """All registered recurrent networks."""
    return [
        {"name": spec.name, "title": spec.title, "year": spec.year, "cell": spec.cell, "reads": spec.reads,
         "cells": spec.cells, "licence": spec.weights.licence}
        for spec in RECURRENT.values()
    ]  # fmt: skip


def generators() -> Rows:
    """All registered generators."""
    return [
        {"name": spec.name, "title": spec.title, "year": spec.year, "draws": spec.subject, "z": spec.z, "pixels": spec.size,
         "licence": spec.weights.licence}
        for spec in GENERATORS.values()
    ]  # fmt: skip


for _listing in (networks, layers, probes, methods, recipes, recurrent, generators):
    LISTINGS.add(_listing.__name__, _listing)
