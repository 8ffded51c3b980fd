"""What the decisions of the character networks rest on: relevance by four methods with its ledger, and deletion curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from atlas.figures.chapter import recurrent_figures
from atlas.figures.recurrent import RELIANCE, names_of
from atlas.figures.reliance import METHODS, SHOWN, deletion_lines
from atlas.measured import RecurrentResults
from atlas.views import ATLAS_VIEWS
from atlas.views.chart import chart
from atlas.views.desk import Chapter, Desk
from atlas.views.page import Item, Page
from atlas.views.recurrent import coloured


def pages(desk: Desk, chapters: Sequence[Chapter]) -> Iterator[Item]:
    """The page, where the recipe has networks that predict code."""
    networks = desk.results.predicting.recurrent
    if not networks:
        return
    context = {
        "figures": {figure.name: figure for figure in recurrent_figures(desk.results)},
        "found": [{"spec": network.spec, "decisions": _decisions(network)} for network in networks],
        "deletions": [(n.spec.title, chart(deletion_lines(n, "relevances"))) for n in networks],
    }
    yield Page(RELIANCE, "reliance.html", context)


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


ATLAS_VIEWS.add("reliance", pages)
