"""The registered image networks, their layers, and the methods applied to them, as rows for `atlas list`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from atlas.chapters.vision.measured import measures
from atlas.core.specs import NetworkSpec
from atlas.networks import NETWORKS

Rows = list[dict[str, Any]]


def networks() -> Rows:
    """All registered networks."""
    return [
        {
            "name": spec.name,
            "title": spec.title,
            "year": spec.year,
            "layers": len(spec.layers),
            "units": sum(layer.units for layer in spec.layers),
            "labels": spec.labels,
            "licence": spec.weights.licence,
            "source": spec.weights.source,
        }
        for spec in NETWORKS.values()
    ]


def layers() -> Rows:
    """All layers of all networks."""
    return [
        {
            "network": spec.name,
            "name": layer.name,
            "units": layer.units,
            "axes": layer.axes,
            "path": layer.path,
            "title": layer.title,
        }
        for spec in NETWORKS.values()
        for layer in spec.layers
    ]


METHODS = (
    ("channel", "feature visualization", "activation maximization of a unit", "olah2017feature"),
    (
        "direction",
        "feature visualization",
        "activation maximization of a direction (cells of a map)",
        "carter2019activation",
    ),
)


def methods() -> Rows:
    """The methods that visualize units."""
    return [dict(zip(("name", "kind", "title", "paper"), method, strict=True)) for method in METHODS]


def specs() -> Iterable[NetworkSpec]:
    """All registered networks; `atlas doctor` checks whether their weights are there."""
    return NETWORKS.values()


MEASURED = {"measures": measures}
LISTINGS = {"networks": networks, "layers": layers, "methods": methods}
