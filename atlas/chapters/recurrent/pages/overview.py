"""The opening page of the chapter, on the networks that read code; for each of them the data of the cell browser."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from atlas.chapters.recurrent.cells import CellFinding
from atlas.chapters.recurrent.concepts import CONCEPTS
from atlas.chapters.recurrent.context_length import KIND_TITLES, KINDS, Gain
from atlas.chapters.recurrent.context_study import ContextLengthStudy, KindLoss
from atlas.chapters.recurrent.errors import CAUSE_TITLES
from atlas.chapters.recurrent.figures import recurrent_figures
from atlas.chapters.recurrent.figures.cell import cell_page, cells_page, named_cells
from atlas.chapters.recurrent.figures.character import PAGE, TITLES, best_cell, counted_tokens, names_of, shown_cell
from atlas.chapters.recurrent.figures.findings import findings_of
from atlas.chapters.recurrent.figures.memory import CLOSING, closing_lines, context_lines, gate_points
from atlas.chapters.recurrent.model_cards import CharacterCard
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.pages.browser import browser_data, coloured
from atlas.chapters.recurrent.pages.scatter import scatter
from atlas.chapters.recurrent.records import CodeResults, PredictorResults, RecurrentChapter, chapter_of
from atlas.core.specs import RecurrentSpec
from atlas.publish.chart import chart
from atlas.publish.context import AtlasContext
from atlas.publish.marks import Row, marks, span_of
from atlas.publish.page import Asset, Item, Page
from atlas.publish.script import put
from atlas.publish.words import percent

STATES = (
    "states.html",
    "Hidden states",
    "hidden-state search, expected response to characters, maps of states and cells",
)
RELIANCE = (
    "reliance.html",
    "Attribution",
    "which characters the prediction of a closing bracket or quote rests on, by four methods",
)
SENTIMENT = ("sentiment.html", "Sentiment", "an LSTM that classifies sentences")
SPELLING = ("spelling.html", "Letters to sounds", "a published GRU that pronounces words")
SPEECH = ("speech.html", "Speech detection", "a published LSTM that detects speech in sound")
"""The other pages of the chapter: file, title, what they are about."""


@dataclass(frozen=True)
class ShownNetwork:
    """A network as the page shows it: its strip of code is coloured by the cell of
    `finding`; an encoder has no `study`.
    """

    spec: RecurrentSpec
    cells: int  # with a page
    cells_page: str
    card: CharacterCard | None
    finding: CellFinding
    concept: str
    path: str
    strip: list[tuple[str, int]]
    guess: float  # nats per character of equal probabilities; infinite of a network that reads tokens
    study: ContextLengthStudy | None


@dataclass(frozen=True)
class DistanceRow:
    """A bin of distances: its name, n (of each network where they differ: tokens
    leave out pairs), and each one's gain.
    """

    name: str
    counts: list[int]
    gains: list[Gain | None]


def pages(context: AtlasContext) -> Iterator[Item]:
    """The page, where the recipe has networks that read code."""
    results = chapter_of(context.results)
    if not results.networks:
        return
    shown = [_shown(network) for network in results.networks]
    values = {
        "figures": {figure.name: figure for figure in recurrent_figures(results)},
        "findings": findings_of(results, PAGE),
        "shown": shown,
        "predictors": [one for one in shown if one.spec.predicts],
        "trained": [one for one in shown if one.card],
        "concepts": _concepts(results),
        "titles": TITLES,
        "panels": _panels(results),
        "gates": [(n.spec.title, gate, points) for n in results.networks for gate, points in gate_points(n)],
        "memories": [(n.spec.title, scatter(n)) for n in results.networks],
        **(_predictions(results) if results.predictors else {}),
        "others": _others(results),
        "text": results.networks[0].text,
        "cell_page": cell_page,
        "tokens": counted_tokens(results),
    }
    yield Page(PAGE, "recurrent/overview.html", values)
    for network in results.networks:
        yield Asset(f"recurrent/{network.spec.name}.js", put(f"recurrent/{network.spec.name}", browser_data(network)))


def _others(results: RecurrentChapter) -> list[tuple[str, str, str]]:
    """The other pages that the recipe's networks give."""
    there = (
        (STATES, True),
        (RELIANCE, results.predictors),
        (SENTIMENT, results.sentiment),
        (SPELLING, results.spelling),
        (SPEECH, results.speech),
    )
    return [page for page, networks in there if networks]


def _shown(network: CodeResults) -> ShownNetwork:
    finding, passages = shown_cell(network), network.passages
    return ShownNetwork(
        spec=network.spec,
        cells=len(named_cells(network)),
        cells_page=cells_page(network.spec.name),
        card=network.card,
        finding=finding,
        concept=TITLES[finding.concept],
        path=passages.paths[0],
        strip=coloured(names_of(network), passages.symbols, passages.c[:, finding.cell] / 127),
        guess=math.log(network.spec.symbols) if network.spec.reads == "characters" else math.inf,
        study=network.context_lengths if isinstance(network, PredictorResults) else None,
    )


def _concepts(results: RecurrentChapter) -> list[tuple[str, list[tuple[RecurrentSpec, CellFinding | None]]]]:
    """For each concept that the texts contain, the best cell of each network."""
    rows = [(c.title, [(n.spec, best_cell(n, c.name)) for n in results.networks]) for c in CONCEPTS]
    return [(title, row) for title, row in rows if any(finding for _, finding in row)]


def _predictions(results: RecurrentChapter) -> dict[str, Any]:
    """What the page shows of networks that predict."""
    causes = (n.context_lengths.errors.causes for n in results.predictors)
    return {
        "context_plot": chart(context_lines(results), powers=True),
        "closing_plots": [
            (kind, chart(closing_lines(results, kind), powers=True), _closings(results.predictors, kind))
            for kind in CLOSING
        ],
        "kinds": _kinds(results.predictors),
        "causes": [(CAUSE_TITLES[rows[0].cause], rows) for rows in zip(*causes, strict=True)],
    }


def _panels(results: RecurrentChapter) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """For each network the plots of "localized" and "causal", those of one kind on one scale."""
    localized = {n.spec.title: [_localized(one) for one in n.cells.concepts] for n in results.networks}
    ablated = {n.spec.title: _ablated(n) for n in results.predictors}
    return {
        name: [
            (title, marks(rows, span_of(list(panels.values()), zero=name == "causal")))
            for title, rows in panels.items()
        ]
        for name, panels in (("localized", localized), ("causal", ablated))
    }


def _localized(finding: CellFinding) -> Row:
    values = (
        ("bar", finding.null_p95),
        ("cross", finding.control),
        ("dot", finding.score),
        ("ring", finding.probe),
    )
    return Row(TITLES[finding.concept], values)


def _ablated(network: CodeResults) -> list[Row]:
    return [
        Row(
            TITLES[one.concept],
            (("dot", one.ablation.inside), ("ring", one.ablation.outside)),
            percent(one.ablation.percentile),
        )
        for one in network.cells.concepts
        if one.ablation
    ]


def _closings(networks: Sequence[PredictorResults], kind: str) -> list[DistanceRow]:
    bins = [{one.least: one for one in n.context_lengths.closings[kind]} for n in networks]
    rows = []
    for least in sorted({least for one in bins for least in one}):
        gains = [one.get(least) for one in bins]
        first = next(one for one in gains if one)
        counts = [one.n if one else 0 for one in gains]
        rows.append(DistanceRow(_distances(first), counts[:1] if len(set(counts)) == 1 else counts, gains))
    return rows


def _distances(gain: Gain) -> str:
    """Its range of distances in words."""
    if gain.most - gain.least == 1:
        return str(gain.least)
    return f"{gain.least} to {gain.most - 1}" if gain.most < 1 << 30 else f"{gain.least} and more"


def _kinds(networks: Sequence[PredictorResults]) -> list[tuple[str, list[KindLoss | None]]]:
    """A row a kind of the next character: its name, and its loss of each network (None: no token of it begins so)."""
    by_name = [{row.kind: row for row in n.context_lengths.kinds} for n in networks]
    return [
        (KIND_TITLES[name], [one.get(name) for one in by_name]) for name in KINDS if any(name in one for one in by_name)
    ]


PAGES.add("recurrent", pages)
