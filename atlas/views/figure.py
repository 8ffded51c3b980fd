"""The page of the figure of a map: what is seen, what was measured, how it was made, how to cite it.

The other figures of a layer live on the pages that show them (docs/decisions/0004-figure-pages.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from atlas.figures.map import map_figure
from atlas.figures.places import figure_page
from atlas.views import LAYER_VIEWS
from atlas.views.desk import Sheet
from atlas.views.map import SIDE
from atlas.views.page import Item, Page


def pages(sheet: Sheet) -> Iterator[Item]:
    """The page of the layer's map, if it has one."""
    if sheet.layer.layout is None or sheet.layer.cells is None:
        return
    figure = map_figure(sheet.desk.results, sheet.network.spec, sheet.layer)
    context = {
        "sheet": sheet,
        "figure": figure,
        "file": figure.files[0],
        "made": own(figure.provenance, sheet.provenance),
        "side": SIDE // sheet.layer.cells.grid * sheet.layer.cells.grid,
    }
    yield Page(figure_page(figure.id), "figure.html", context)


def own(made: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """What of a figure's provenance is not that of its whole layer, which the layer's page states once."""
    return {
        name: own(value, shared[name])
        if isinstance(value, Mapping) and isinstance(shared.get(name), Mapping)
        else value
        for name, value in made.items()
        if shared.get(name) != value
    }


LAYER_VIEWS.add("figure", pages)
