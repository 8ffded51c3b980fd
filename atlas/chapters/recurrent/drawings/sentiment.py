"""What the plates of the sentiment network show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from atlas.chapters.recurrent.figures.attribution import deletion_lines
from atlas.chapters.recurrent.figures.sentiment import (
    READS,
    Group,
    chips,
    decision_sentence,
    sentence_groups,
    shown_decisions,
    word_groups,
)
from atlas.chapters.recurrent.records import RecurrentResults, chapter_of
from atlas.core.results import AtlasResults, Figure
from atlas.publish.drawing import ACCENT, DRAWINGS, INK, INNER, QUIET, SECOND, Drawing, frame

HUES = {1: SECOND, 0: QUIET, -1: ACCENT}
LINE = 0.22  # inches of a line of words


def _height(results: AtlasResults, figure: Figure) -> float:
    if figure.name == "rests":
        return LINE * (1 + 2 * shown_decisions(chapter_of(results).readers[READS]))
    return 4.0 if figure.name == "chips" else 2.6


def _draw(results: AtlasResults, figure: Figure, axes: Any) -> None:
    network, name = chapter_of(results).readers[READS], figure.name
    if name == "rests":
        _sentences(axes, network, _height(results, figure))
    elif name == "chips":
        _matrix(axes, network)
    elif name == "found":
        for colour, line in zip(
            (SECOND, ACCENT, "#009e73", "#cc79a7", QUIET), deletion_lines(network, "sentences"), strict=True
        ):
            axes.plot(line.x, line.y, lw=1, color=colour, label=line.name)
        axes.set_xlabel("% of the words taken away")
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


def _matrix(axes: Any, network: RecurrentResults) -> None:
    """Responses, rows and columns in the order of their clusters."""
    response, facts = network.arrays["sentences"]["response"], network.facts["sentences"]
    number = {word: row for row, (_, word) in enumerate(facts["words"])}
    found = chips(network)
    rows = [number[word] for chip in found for word, _ in chip.words]
    columns = list(dict.fromkeys(cell for chip in found for cell in (*chip.rising, *chip.falling)))
    most = float(np.abs(response).max())
    axes.imshow(
        response[np.ix_(rows, columns)], aspect="auto", cmap="PuOr_r", vmin=-most, vmax=most, interpolation="none"
    )
    axes.set_xlabel("cells, by cluster")
    axes.set_ylabel("words, by cluster")


def _sentences(axes: Any, network: RecurrentResults, height: float) -> None:
    from matplotlib.patches import Rectangle

    for place, facts in enumerate(network.facts["sentences"]["decisions"][: shown_decisions(network)]):
        sentence, words = decision_sentence(network, place)
        values = network.arrays["sentences"][f"{place}/lrp"]
        y, x = LINE * (2 * place + 1), 0.0
        side = "positive" if sentence.sign > 0 else "negative"
        axes.text(
            0, y - LINE * 0.3, f"{sentence.kind}, {side}: logit {facts['ledger']['score']:.2f}", fontsize=6, color=QUIET
        )
        for word, value in zip(words, values / max(np.abs(values).max(), 1e-12), strict=True):
            width = 0.075 * len(word) + 0.08
            colour = SECOND if value > 0 else ACCENT
            axes.add_patch(Rectangle((x, y), width, LINE * 0.8, facecolor=colour, alpha=abs(float(value)) * 0.7, lw=0))
            axes.text(x + width / 2, y + LINE * 0.6, word, fontsize=7, ha="center", color=INK)
            x += width
    frame(axes, INNER, height)


DRAWINGS.add("sentiment", Drawing(_height, _draw))
