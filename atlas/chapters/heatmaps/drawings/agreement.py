"""How the agreement of networks is drawn."""

from __future__ import annotations

from typing import Any

from atlas.chapters.heatmaps.figures.agreement import ALIKE, APART, CHANCE, compared
from atlas.chapters.heatmaps.records import chapter_of
from atlas.core.results import AtlasResults, Figure
from atlas.publish.drawing import ACCENT, DRAWINGS, QUIET, SECOND, Drawing


def _draw(results: AtlasResults, _figure: Figure, axes: Any) -> None:
    found = compared(results, chapter_of(results))
    assert found is not None
    for kind, colour in ((ALIKE, ACCENT), (APART, SECOND), (CHANCE, QUIET)):
        line = found.line(kind)
        axes.plot(line.x, line.y, color=colour, label=kind)
        axes.fill_between(line.x, line.low, line.high, color=colour, alpha=0.15, linewidth=0)
    axes.set_xlabel("depth (0: first layer, 1: last)", color=QUIET)
    axes.set_ylabel("rank correlation")
    axes.legend(frameon=False)


DRAWINGS.add("heatmap-depths", Drawing(lambda _results, _figure: 3.0, _draw, indent=0.5))
