"""The registered recurrent networks and the attribution methods, as rows for `atlas list`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from atlas.core.specs import RecurrentSpec
from atlas.networks.recurrent import RECURRENT

Rows = list[dict[str, Any]]


def recurrent() -> Rows:
    """All registered recurrent networks."""
    return [
        {
            "name": spec.name,
            "title": spec.title,
            "year": spec.year,
            "cell": spec.cell,
            "reads": spec.reads,
            "cells": spec.cells,
            "licence": spec.weights.licence,
        }
        for spec in RECURRENT.values()
    ]


def methods() -> Rows:
    """The attribution methods that decisions are compared by."""
    from atlas.chapters.recurrent.figures.attribution import METHODS

    papers = {"lrp": "arras2017explaining", "gradient": "simonyan2014deep"}
    return [
        {"name": name, "kind": "attribution", "title": title, "paper": papers.get(name, "")}
        for name, title in METHODS.items()
    ]


def specs() -> Iterable[RecurrentSpec]:
    """All of them, whose weights `atlas doctor` looks for."""
    return RECURRENT.values()


LISTINGS = {"recurrent": recurrent, "methods": methods}
