"""The page of the sentiment network: words, clusters, sentences, relevance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from atlas.chapters.recurrent.figures.attribution import METHODS, deletion_lines
from atlas.chapters.recurrent.figures.sentiment import (
    PAGE,
    READS,
    Group,
    chips,
    decision_sentence,
    sentence_groups,
    sentiment_figures,
    shown_decisions,
    word_groups,
)
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.records import RecurrentResults, chapter_of
from atlas.chapters.recurrent.sentences import read_sentences
from atlas.core.specs import Array
from atlas.publish.chart import chart
from atlas.publish.context import AtlasContext
from atlas.publish.page import Item, Page

WIDTH, ROW, LEFT = 640, 34, 130
EXTREMES = 10  # words that raise or lower the logit most


def pages(desk: AtlasContext) -> Iterator[Item]:
    """The page, where the recipe has a network that reads words."""
    network = chapter_of(desk.results).readers.get(READS)
    if network is None:
        return
    context = {
        "figures": {figure.name: figure for figure in sentiment_figures(chapter_of(desk.results))},
        "spec": network.spec,
        "card": network.card,
        "words": beads(word_groups(network)),
        "extremes": _extremes(network),
        "chips": chips(network),
        "groups": beads(sentence_groups(network)),
        "kinds": network.facts["sentences"]["sentences"],
        "running": list(_running(network)),
        "decisions": [_decision(network, place) for place in range(shown_decisions(network))],
        "deletion": chart(deletion_lines(network, "sentences")),
    }  # fmt: skip
    yield Page(PAGE, "recurrent/sentiment.html", context)


def beads(groups: Sequence[Group]) -> dict[str, Any]:
    """The geometry of distributions: a row a group, its values as dots along one axis, all in pixels."""
    values = np.concatenate([group.values for group in groups])
    low, high = float(values.min()), float(values.max())

    def across(value: float) -> float:
        return round(LEFT + (value - low) / max(high - low, 1e-9) * (WIDTH - LEFT - 12), 1)

    rows = [
        {"name": group.name, "hue": {1: "up", 0: "none", -1: "down"}[group.sign], "y": ROW * (place + 0.5),
         "path": "".join(f"M{across(value)} {ROW * (place + 0.5)}h0" for value in group.values.tolist()),
         "median": across(float(np.median(group.values)))}
        for place, group in enumerate(groups)
    ]  # fmt: skip
    step = next(one for one in (0.5, 1, 2, 5, 10, 20, 50) if (high - low) / one < 8)
    ticks = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    return {"rows": rows, "ticks": [(across(float(tick)), float(tick)) for tick in ticks], "zero": across(0.0),
            "width": WIDTH, "height": ROW * len(groups) + 34, "bottom": ROW * len(groups)}  # fmt: skip


def _extremes(network: RecurrentResults) -> list[tuple[str, list[tuple[str, float]]]]:
    change = network.arrays["sentences"]["change"]
    names = [word for _, word in network.facts["sentences"]["words"]]
    order = np.argsort(change, kind="stable")
    return [
        ("raise it most", [(names[row], float(change[row])) for row in order[::-1][:EXTREMES]]),
        ("lower it most", [(names[row], float(change[row])) for row in order[:EXTREMES]]),
    ]


def levels(values: Array) -> list[int]:
    """-8 to 8 for values in [-1, 1]."""
    return [int(level) for level in np.rint(np.clip(values, -1, 1) * 8)]


def _running(network: RecurrentResults) -> Iterator[dict[str, Any]]:
    """Every probe sentence, its words coloured by the opinion so far."""
    arrays = network.arrays["sentences"]
    ends = np.cumsum(arrays["lengths"])
    for sentence, first, end in zip(read_sentences(), ends - arrays["lengths"], ends, strict=True):
        values = arrays["running"][first:end]
        letters = list(zip(sentence.words, levels(np.tanh(values[1:] / 2)), strict=True))
        yield {
            "sentence": sentence,
            "letters": letters,
            "logit": float(values[-1]),
            "right": values[-1] * sentence.sign > 0,
        }


def _decision(network: RecurrentResults, place: int) -> dict[str, Any]:
    facts = network.facts["sentences"]["decisions"][place]
    sentence, words = decision_sentence(network, place)
    methods = []
    for key, title in METHODS.items():
        values = network.arrays["sentences"][f"{place}/{key}"]
        shown = list(zip(words, levels(values / max(np.abs(values).max(), 1e-12)), strict=True))
        methods.append((title, shown, facts["deletion"][key]))
    return {**facts, "text": sentence.text, "methods": methods}


PAGES.add("sentiment", pages)
