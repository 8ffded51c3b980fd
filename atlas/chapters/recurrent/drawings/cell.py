"""The exported figure of a single cell."""

from __future__ import annotations

from typing import Any

from atlas.chapters.recurrent.cell_statistics import PEAKS
from atlas.chapters.recurrent.drawings.character import ROW, TextLine, draw_text, wrapped
from atlas.chapters.recurrent.figures.character import names_of
from atlas.chapters.recurrent.records import chapter_of
from atlas.core.results import AtlasResults, Figure
from atlas.publish.drawing import DRAWINGS, Drawing
from atlas.publish.words import number


def _rows(results: AtlasResults, figure: Figure) -> list[TextLine]:
    """For each passage its value and file, then its code with a number in [-1, 1] for each character."""
    name, cell = figure.provenance["network"], figure.provenance["cell"]
    network = next(one for one in chapter_of(results).networks if one.spec.name == name)
    peaks, paths = network.cell_statistics.peaks, network.cell_statistics.paths
    rows: list[TextLine] = []
    for place in range(2 * PEAKS):
        path = paths[peaks.text[cell, place]]
        rows.append((f"{number(peaks.extreme[cell, place])} in {path}", None))
        rows += wrapped(names_of(network), peaks.symbols[cell, place], peaks.values[cell, place] / 127)
    return rows


def _height(results: AtlasResults, figure: Figure) -> float:
    return len(_rows(results, figure)) * ROW


def _draw(results: AtlasResults, figure: Figure, axes: Any) -> None:
    draw_text(axes, _rows(results, figure))


DRAWINGS.add("cell", Drawing(_height, _draw))
