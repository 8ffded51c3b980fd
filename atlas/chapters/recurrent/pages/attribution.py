"""Attribution of predictions of closing brackets and quotes: relevance by four
methods, conservation, deletion curves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.figures import recurrent_figures
from atlas.chapters.recurrent.figures.attribution import METHODS, SHOWN, deletion_lines, explanations
from atlas.chapters.recurrent.figures.character import RELIANCE, names_of
from atlas.chapters.recurrent.figures.findings import findings_of
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.pages.browser import coloured
from atlas.chapters.recurrent.records import PredictorResults, chapter_of
from atlas.chapters.recurrent.relevance_study import ExplainedDecision
from atlas.publish.chart import chart
from atlas.publish.context import AtlasContext
from atlas.publish.page import Item, Page


def pages(context: AtlasContext) -> Iterator[Item]:
    """The page, where the recipe has networks that predict code."""
    networks = chapter_of(context.results).predictors
    if not networks:
        return
    values = {
        "findings": findings_of(chapter_of(context.results), RELIANCE),
        "figures": {figure.name: figure for figure in recurrent_figures(chapter_of(context.results))},
        "found": [(n.spec, [_decision(n, one) for one in n.relevances.decisions[:SHOWN]]) for n in networks],
        "deletions": [(n.spec.title, chart(deletion_lines(explanations(n)))) for n in networks],
    }
    yield Page(RELIANCE, "recurrent/attribution.html", values)


@dataclass(frozen=True)
class ShownMethod:
    """A decision by one method: the symbols with their levels of colour, and the mean height of its deletion curve."""

    title: str
    symbols: list[tuple[str, int]]
    deletion: float


@dataclass(frozen=True)
class ShownDecision:
    """A decision with the character `right` as it is read."""

    decision: ExplainedDecision
    right: str
    methods: list[ShownMethod]


def _decision(network: PredictorResults, decision: ExplainedDecision) -> ShownDecision:
    names, explanation = names_of(network), decision.explanation
    methods = []
    for key, title in METHODS.items():
        values = explanation.relevance[key]
        symbols = coloured(names, decision.symbols, values / max(np.abs(values).max(), 1e-12))
        methods.append(ShownMethod(title, symbols, explanation.deletion[key]))
    return ShownDecision(decision, names[decision.right], methods)


PAGES.add("reliance", pages)
