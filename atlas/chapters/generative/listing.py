"""The registered generators and the methods that find directions in them, as rows for `atlas list`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from atlas.core.specs import GeneratorSpec
from atlas.networks.generators import GENERATORS

Rows = list[dict[str, Any]]


def generators() -> Rows:
    """All registered generators."""
    return [
        {
            "name": spec.name,
            "title": spec.title,
            "year": spec.year,
            "draws": spec.subject,
            "z": spec.z,
            "pixels": spec.size,
            "licence": spec.weights.licence,
        }
        for spec in GENERATORS.values()
    ]


def methods() -> Rows:
    """The methods that find latent directions."""
    from atlas.chapters.generative.methods import METHODS

    return [
        {"name": name, "kind": "latent directions", "title": method.title, "paper": method.paper}
        for name, method in ((name, METHODS[name]) for name in METHODS)
    ]


def specs() -> Iterable[GeneratorSpec]:
    """All of them, whose weights `atlas doctor` looks for."""
    return GENERATORS.values()


LISTINGS = {"generators": generators, "methods": methods}
