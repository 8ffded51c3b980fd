"""The exported figures of the sentiment network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from atlas.chapters.recurrent.figures.attribution import deletion_lines
from atlas.chapters.recurrent.figures.sentiment import (
    Group,
    sentence_groups,
    sentence_of,
    shown_decisions,
    word_clusters,
    word_groups,
)
from atlas.chapters.recurrent.records import SentimentResults, chapter_of
from atlas.core.results import AtlasResults, Figure
from atlas.publish.drawing import ACCENT, DRAWINGS, INK, INNER, QUIET, SECOND, Drawing, frame

HUES = {1: SECOND, 0: QUIET, -1: ACCENT}
LINE = 0.22  # inches of a line of words


def _network(results: AtlasResults) -> SentimentResults:
    network = chapter_of(results).sentiment
    assert network is not None
    return network


def _height(results: AtlasResults, figure: Figure) -> float:
    if figure.name == "rests":
        return LINE * (1 + 2 * shown_decisions(_network(results)))
    return 4.0 if figure.name == "chips" else 2.6


def _draw(results: AtlasResults, figure: Figure, axes: Any) -> None:
    network, name = _network(results), figure.name
    if name == "rests":
        _sentences(axes, network, _height(results, figure))
    elif name == "chips":
        _matrix(axes, network)
    elif name == "found":
        lines = deletion_lines([decision.explanation for decision in network.sentences.decisions])
        for colour, line in zip((SECOND, ACCENT, "#009e73", "#cc79a7", QUIET), lines, strict=True):
            axes.plot(line.x, line.y, lw=1, color=colour, label=line.name)
        axes.set_xlabel("% of the words removed")
        axes.set_ylabel("logit")
        axes.legend(fontsize=6)
    else:
        groups = word_groups(network) if name == "words" else sentence_groups(network)
        _distributions(axes, groups, "expected change of the logit" if name == "words" else "logit after the last word")


def _distributions(axes: Any, groups: Sequence[Group], label: str) -> None:
    for row, group in enumerate(groups):
        axes.scatter(group.values, np.full(len(group.values), -row), s=10, alpha=0.5, lw=0, color=HUES[group.sign])
        axes.text(0.01, 1 - (row + 0.2) / len(groups), group.name, transform=axes.transAxes, fontsize=6, color=INK)
    axes.axvline(0, color=QUIET, lw=0.6)
    axes.set_yticks([])
    axes.set_xlabel(label)


def _matrix(axes: Any, network: SentimentResults) -> None:
    """Responses, rows and columns in the order of their clusters."""
    response, clusters = network.sentences.clusters.response, word_clusters(network)
    index = {word: row for row, (_, word) in enumerate(network.sentences.words)}
    rows = [index[word] for cluster in clusters for word, _ in cluster.words]
    columns = list(dict.fromkeys(cell for cluster in clusters for cell in (*cluster.rising, *cluster.falling)))
    most = float(np.abs(response).max())
    scale = {"cmap": "PuOr_r", "vmin": -most, "vmax": most}
    axes.imshow(response[np.ix_(rows, columns)], aspect="auto", interpolation="none", **scale)
    axes.set_xlabel("cells, by cluster")
    axes.set_ylabel("words, by cluster")


def _sentences(axes: Any, network: SentimentResults, height: float) -> None:
    from matplotlib.patches import Rectangle

    for place, decision in enumerate(network.sentences.decisions[: shown_decisions(network)]):
        sentence, words = sentence_of(decision)
        values = decision.explanation.relevance["lrp"]
        y, x = LINE * (2 * place + 1), 0.0
        side = "positive" if sentence.sign > 0 else "negative"
        score = decision.explanation.conservation.score
        axes.text(0, y - LINE * 0.3, f"{sentence.kind}, {side}: logit {score:.2f}", fontsize=6, color=QUIET)
        for word, value in zip(words, values / max(np.abs(values).max(), 1e-12), strict=True):
            width = 0.075 * len(word) + 0.08
            colour = SECOND if value > 0 else ACCENT
            axes.add_patch(Rectangle((x, y), width, LINE * 0.8, facecolor=colour, alpha=abs(float(value)) * 0.7, lw=0))
            axes.text(x + width / 2, y + LINE * 0.6, word, fontsize=7, ha="center", color=INK)
            x += width
    frame(axes, INNER, height)


DRAWINGS.add("sentiment", Drawing(_height, _draw))
