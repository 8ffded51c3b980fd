"""The drawing of the names of a layer's units: a bar for each word."""

from __future__ import annotations

from typing import Any

from atlas.chapters.vision.figures.names import NameRow, layer_names, name_rows
from atlas.core.results import AtlasResults, Figure
from atlas.publish.drawing import ACCENT, DRAWINGS, INK, INNER, Drawing, frame

MOST = 20  # words drawn
ROW, LEFT, RIGHT = 0.17, 1.8, 0.4  # inches: of a word, before the bars, after them


def _rows(results: AtlasResults, figure: Figure) -> tuple[NameRow, ...]:
    name, layer = figure.id.split("/")[:2]
    network = next(network for network in results.networks if network.spec.name == name)
    return name_rows(layer_names(results, network.spec, network.load(layer)))[:MOST]


def draw_names(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """Bars of the most frequent words, the most frequent on top, with their numbers of units."""
    rows = _rows(results, figure)
    most = max((len(row.units) for row in rows), default=1)
    for place, row in enumerate(rows):
        middle, width = (place + 0.5) * ROW, (INNER - LEFT - RIGHT) * len(row.units) / most
        axes.text(LEFT - 0.08, middle, row.word, fontsize=7, color=INK, ha="right", va="center")
        axes.barh(middle, width, left=LEFT, color=ACCENT, height=0.7 * ROW)
        axes.text(LEFT + width + 0.05, middle, str(len(row.units)), fontsize=7, color=INK, va="center")
    frame(axes, INNER, _height(results, figure))


def _height(results: AtlasResults, figure: Figure) -> float:
    return ROW * max(1, len(_rows(results, figure)))


DRAWINGS.add("names", Drawing(_height, draw_names))
