"""What the decisions of the character networks rest on: relevance by four methods with its ledger, and deletion curves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from atlas.chapters.recurrent.figures import recurrent_figures
from atlas.chapters.recurrent.figures.attribution import METHODS, SHOWN, deletion_lines
from atlas.chapters.recurrent.figures.character import RELIANCE, names_of
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.pages.overview import coloured
from atlas.chapters.recurrent.records import RecurrentResults, chapter_of
from atlas.publish.chart import chart
from atlas.publish.context import AtlasContext
from atlas.publish.page import Item, Page


def pages(desk: AtlasContext) -> Iterator[Item]:
    """The page, where the recipe has networks that predict code."""
    networks = chapter_of(desk.results).predicting.networks
    if not networks:
        return
    context = {
        "figures": {figure.name: figure for figure in recurrent_figures(chapter_of(desk.results))},
        "found": [{"spec": network.spec, "decisions": _decisions(network)} for network in networks],
        "deletions": [(n.spec.title, chart(deletion_lines(n, "relevances"))) for n in networks],
    }
    yield Page(RELIANCE, "recurrent/attribution.html", context)


def _decisions(network: RecurrentResults) -> list[dict[str, Any]]:
    return [_decision(network, place) for place in range(min(SHOWN, len(network.facts["relevances"]["decisions"])))]


def _decision(network: RecurrentResults, place: int) -> dict[str, Any]:
    arrays, facts = network.arrays["relevances"], network.facts["relevances"]["decisions"][place]
    symbols, names = arrays[f"{place}/symbols"], names_of(network)
    methods = []
    for key, title in METHODS.items():
        values = arrays[f"{place}/{key}"]
        methods.append(
            (title, coloured(names, symbols, values / max(np.abs(values).max(), 1e-12)), facts["deletion"][key])
        )
    return {**facts, "right": names[facts["right"]], "methods": methods}


PAGES.add("reliance", pages)
