"""The pages of what maps are worth: the agreement of scores and the mean ranks, then a page for each network."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

import numpy as np

from atlas.chapters.heatmaps.figures.scores import agreement_figure, curves_figure, table_figure
from atlas.chapters.heatmaps.findings import disagreement, standing
from atlas.chapters.heatmaps.pages import PAGES
from atlas.chapters.heatmaps.pages.context import WallContext
from atlas.chapters.heatmaps.places import method_page, scores_file, scores_page
from atlas.chapters.heatmaps.records import NetworkMaps
from atlas.chapters.heatmaps.scores import (
    FIRST,
    KINDS,
    Mark,
    NetworkScores,
    Score,
    known_mean,
    mean_agreement,
    mean_ranks,
)
from atlas.core.specs import Array
from atlas.methods.attribution.method import Method
from atlas.methods.evaluation.deletion import POINTS
from atlas.methods.evaluation.replacement import REPLACEMENTS
from atlas.publish.chart import Line, chart
from atlas.publish.page import Asset, Item, Page

SHOWN = 3  # methods with the largest area, whose curves are drawn beside the controls'


@dataclass(frozen=True)
class ScoreRow:
    """A method of a network's table; `other` are what flags and does not rank."""

    method: Method
    scores: tuple[tuple[Score | None, float], ...]  # each with its rank
    mark: Mark
    images: int
    error: float | None  # median
    randomized: float | None  # median rank correlation with the wholly randomized network's maps
    sensitivity: float | None
    agreement: float | None
    gini: float | None


def pages(context: WallContext) -> Iterator[Item]:
    """The page over all networks, then those of the networks, with their tables as CSV."""
    scored = [network for network in context.networks if network.scores.methods]
    if not scored:
        return
    results, chapter = context.atlas.results, context.chapter
    every = [network.scores for network in scored]
    values = {
        "context": context,
        "kinds": KINDS,
        "figure": agreement_figure(results, chapter),
        "matrix": mean_agreement(every).tolist(),
        "ranks": mean_ranks(every),
        "sentences": [disagreement(every), standing(every)],
        "scored": scored,
        "scores_page": scores_page,
        "method_page": method_page,
        "marks": {(n.spec.name, m.name): n.scores.mark(m) for n in scored for m in n.scores.methods},
        "valid": {m.name: sum(not n.scores.mark(m).reason for n in scored) for m in chapter.found},
    }
    yield Page(scores_page(), "heatmaps/scores.html", values)
    for network in scored:
        yield Asset(scores_file(network.spec.name), table_csv(network.scores))
        yield Page(scores_page(network.spec.name), "heatmaps/network_scores.html", _network(context, network))


def _network(context: WallContext, network: NetworkMaps) -> dict[str, object]:
    results, chapter = context.atlas.results, context.chapter
    return {
        "context": context,
        "network": network,
        "kinds": KINDS,
        "rows": rows(network.scores),
        "best": {kind.name: _best(network.scores, kind.name) for kind in KINDS},
        "figure": table_figure(results, chapter, network),
        "curves": curves_figure(results, chapter, network),
        "charts": [(name, chart(lines(network.scores, panel))) for panel, name in enumerate(REPLACEMENTS)],
        "sentences": [standing([network.scores])],
        "csv": scores_file(network.spec.name),
        "method_page": method_page,
    }


def rows(scores: NetworkScores) -> list[ScoreRow]:
    """The table of a network, in the order of the methods."""
    ranked = {kind.name: scores.rank(kind) for kind in KINDS}
    return [
        ScoreRow(
            method=method,
            scores=tuple((scores.score(method.name, kind), ranked[kind.name][method.name]) for kind in KINDS),
            mark=scores.mark(method),
            images=scores.image_count(method.name),
            error=_median(scores.evaluations[method.name].error),
            randomized=_median(_last(scores.evaluations[method.name].randomized)),
            sensitivity=_median(scores.evaluations[method.name].sensitivity),
            agreement=_median(scores.evaluations[method.name].agreement),
            gini=_median(scores.evaluations[method.name].gini),
        )
        for method in scores.methods
    ]


def _last(values: Array | None) -> Array | None:
    return None if values is None else values[:, -1]


def _median(values: Array | None) -> float | None:
    """The median of those that are numbers, None without any."""
    used = values[np.isfinite(values)] if values is not None else np.zeros(0)
    return float(np.median(used)) if len(used) else None


def _best(scores: NetworkScores, kind: str) -> str:
    """The method of the first rank."""
    ranked = scores.rank(next(one for one in KINDS if one.name == kind))
    return min(ranked, key=lambda name: (np.isnan(ranked[name]), ranked[name]))


def lines(scores: NetworkScores, panel: int) -> list[Line]:
    """Mean deletion curves under one replacement, most relevant first: the best methods, then the controls."""
    scored = {method.name: scores.score(method.name, KINDS[2]) for method in scores.methods}
    area = {name: score.mean for name, score in scored.items() if score is not None}
    controls = [method for method in scores.methods if method.family == "control" and method.name in area]
    others = [method for method in scores.methods if method.family != "control" and method.name in area]
    best = sorted(others, key=lambda method: -area[method.name])[:SHOWN]
    shares = tuple(round(point / (POINTS + 1), 3) for point in range(1, POINTS + 1))
    found = []
    for method in (*best, *controls):
        curves = scores.evaluations[method.name].curves
        if curves is None or not np.isfinite(curves[:, panel]).any():
            continue
        mean = known_mean(curves[:, panel, FIRST], 0)
        found.append(Line(method.title, shares, tuple(round(float(value), 4) for value in mean)))
    return found


def table_csv(scores: NetworkScores) -> bytes:
    """The table as CSV: a row for each method and score."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["method", "family", "score", "mean", "low", "high", "values", "rank", "valid", "flagged"])
    for row in rows(scores):
        for kind, (score, rank) in zip(KINDS, row.scores, strict=True):
            if score is not None:
                numbers = [f"{value:.6g}" for value in (score.mean, score.low, score.high)]
                marks = [f"{rank:g}", int(not row.mark.reason), int(row.mark.flagged)]
                writer.writerow([row.method.name, row.method.family, kind.name, *numbers, score.n, *marks])
    return text.getvalue().encode()


PAGES.add("scores", pages)
