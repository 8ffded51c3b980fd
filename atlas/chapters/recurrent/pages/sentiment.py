"""The page of the sentiment network: expected responses, co-clusters, probe sentences, attribution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.figures.attribution import METHODS, deletion_lines
from atlas.chapters.recurrent.figures.findings import findings_of
from atlas.chapters.recurrent.figures.sentiment import (
    PAGE,
    Group,
    sentence_groups,
    sentence_of,
    sentiment_figures,
    shown_decisions,
    word_clusters,
    word_groups,
)
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.records import SentimentResults, chapter_of
from atlas.chapters.recurrent.sentence_study import SentenceDecision
from atlas.chapters.recurrent.sentences import Sentence, read_sentences
from atlas.core.specs import Array
from atlas.publish.chart import chart
from atlas.publish.context import AtlasContext
from atlas.publish.page import Item, Page

WIDTH, ROW, LEFT = 640, 34, 130
HUES = {1: "up", 0: "none", -1: "down"}
EXTREMES = 10  # words that raise or lower the logit most


def pages(context: AtlasContext) -> Iterator[Item]:
    """The page, where the recipe has a network that reads words."""
    network = chapter_of(context.results).sentiment
    if network is None:
        return
    values = {
        "findings": findings_of(chapter_of(context.results), PAGE),
        "figures": {figure.name: figure for figure in sentiment_figures(chapter_of(context.results))},
        "spec": network.spec,
        "card": network.card,
        "words": beads(word_groups(network)),
        "extremes": _extremes(network),
        "clusters": word_clusters(network),
        "groups": beads(sentence_groups(network)),
        "running": list(_running(network)),
        "decisions": [_decision(one) for one in network.sentences.decisions[: shown_decisions(network)]],
        "deletion": chart(deletion_lines([one.explanation for one in network.sentences.decisions])),
    }
    yield Page(PAGE, "recurrent/sentiment.html", values)


@dataclass(frozen=True)
class BeadRow:
    """The values of a group as dots along an axis, with their median; `hue` is up, none or down."""

    name: str
    hue: str
    y: float
    path: str
    median: float


@dataclass(frozen=True)
class Beads:
    """The geometry of distributions in pixels: a row a group, ticks as (position, value)."""

    rows: list[BeadRow]
    ticks: list[tuple[float, float]]
    zero: float
    width: int
    height: int
    bottom: int


def beads(groups: Sequence[Group]) -> Beads:
    """The distributions of groups of values along one axis."""
    values = np.concatenate([group.values for group in groups])
    low, high = float(values.min()), float(values.max())

    def across(value: float) -> float:
        return round(LEFT + (value - low) / max(high - low, 1e-9) * (WIDTH - LEFT - 12), 1)

    def row(group: Group, y: float) -> BeadRow:
        path = "".join(f"M{across(value)} {y}h0" for value in group.values.tolist())
        return BeadRow(group.name, HUES[group.sign], y, path, across(float(np.median(group.values))))

    rows = [row(group, ROW * (place + 0.5)) for place, group in enumerate(groups)]
    step = next(one for one in (0.5, 1, 2, 5, 10, 20, 50) if (high - low) / one < 8)
    ticks = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    bottom = ROW * len(groups)
    return Beads(rows, [(across(tick), tick) for tick in ticks.tolist()], across(0.0), WIDTH, bottom + 34, bottom)


def _extremes(network: SentimentResults) -> list[tuple[str, list[tuple[str, float]]]]:
    change = network.sentences.change
    names = [word for _, word in network.sentences.words]
    order = np.argsort(change, kind="stable")
    return [
        ("Raise the logit most", [(names[row], float(change[row])) for row in order[::-1][:EXTREMES]]),
        ("Lower the logit most", [(names[row], float(change[row])) for row in order[:EXTREMES]]),
    ]


def levels(values: Array) -> list[int]:
    """-8 to 8 for values in [-1, 1]."""
    return [int(level) for level in np.rint(np.clip(values, -1, 1) * 8)]


@dataclass(frozen=True)
class RunningSentence:
    """A probe sentence, its words with the level of the opinion so far, and its logit."""

    sentence: Sentence
    words: list[tuple[str, int]]
    logit: float
    right: bool


def _running(network: SentimentResults) -> Iterator[RunningSentence]:
    """Every probe sentence."""
    study = network.sentences
    ends = np.cumsum(study.lengths)
    for sentence, first, end in zip(read_sentences(), ends - study.lengths, ends, strict=True):
        values = study.running[first:end]
        words = list(zip(sentence.words, levels(np.tanh(values[1:] / 2)), strict=True))
        yield RunningSentence(sentence, words, float(values[-1]), bool(values[-1] * sentence.sign > 0))


@dataclass(frozen=True)
class ShownMethod:
    """A sentence by one method: its words with their levels of colour, and the mean height of its deletion curve."""

    title: str
    words: list[tuple[str, int]]
    deletion: float


@dataclass(frozen=True)
class ShownDecision:
    """A decision with its sentence by each method."""

    decision: SentenceDecision
    methods: list[ShownMethod]


def _decision(decision: SentenceDecision) -> ShownDecision:
    explanation, (_, words) = decision.explanation, sentence_of(decision)
    methods = []
    for key, title in METHODS.items():
        values = explanation.relevance[key]
        shown = list(zip(words, levels(values / max(np.abs(values).max(), 1e-12)), strict=True))
        methods.append(ShownMethod(title, shown, explanation.deletion[key]))
    return ShownDecision(decision, methods)


PAGES.add("sentiment", pages)
