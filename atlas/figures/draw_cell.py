"""The plate of a single cell."""

from __future__ import annotations

from typing import Any

from atlas.figures.draw import DRAWINGS, Drawing
from atlas.figures.draw_recurrent import ROW, Row, draw_text, wrapped
from atlas.figures.recurrent import names_of
from atlas.figures.words import number
from atlas.measured import AtlasResults, Figure
from atlas.recurrent.profile import PEAKS


def _rows(results: AtlasResults, figure: Figure) -> list[Row]:
    """For each passage its value and file, then its code with a number in [-1, 1] for each character."""
    name, cell = figure.provenance["network"], figure.provenance["cell"]
    network = next(one for one in results.recurrent if one.spec.name == name)
    arrays, paths = network.arrays["profiles"], network.facts["profiles"]["paths"]
    rows: list[Row] = []
    for place in range(2 * PEAKS):
        path = paths[arrays["text"][cell, place]]
        rows.append((f"{number(arrays['extreme'][cell, place])} in {path}", None))
        rows += wrapped(names_of(network), arrays["symbols"][cell, place], arrays["values"][cell, place] / 127)
    return rows


def _height(results: AtlasResults, figure: Figure) -> float:
    return len(_rows(results, figure)) * ROW


def _draw(results: AtlasResults, figure: Figure, axes: Any) -> None:
    draw_text(axes, _rows(results, figure))


DRAWINGS.add("cell", Drawing(_height, _draw))
