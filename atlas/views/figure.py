"""The page of one figure: what is seen, what was measured, how it was made, how to cite it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from atlas.figures.map import map_figure
from atlas.figures.places import figure_page
from atlas.figures.unit import channel_figure
from atlas.measured import Figure
from atlas.views import LAYER_VIEWS
from atlas.views.desk import Sheet
from atlas.views.map import SIDE
from atlas.views.page import Item, Page


def pages(sheet: Sheet) -> Iterator[Item]:
    """A page for every picture of the layer and for its map; other figures live on the page of their unit."""
    results, spec, layer = sheet.desk.results, sheet.network.spec, sheet.layer
    shared = sheet.provenance
    for unit in sorted(layer.pictures):
        figure = channel_figure(results, spec, layer, unit)
        yield _page(sheet, figure, shared, (f"unit {unit}", str(unit)))
    if layer.layout is not None and layer.cells is not None:
        yield _page(sheet, map_figure(results, spec, layer), shared, ("map", "map"))


def _page(sheet: Sheet, figure: Figure, shared: Mapping[str, Any], place: tuple[str, str]) -> Page:
    page = Page(figure_page(figure.id), "figure.html", {})
    context = {
        "sheet": sheet,
        "figure": figure,
        "file": figure.files[0],
        "layer_folder": f"{page.root}{sheet.path}",
        "network_page": f"{page.root}networks/{sheet.network.spec.name}/index.html",
        "place_name": place[0],
        "place": place[1],
        "made": own(figure.provenance, shared),
        "side": sheet.layer.pictures[figure.provenance["unit"]].rgb.shape[0] if figure.kind == "channel" else SIDE,
    }
    return replace(page, context=context)


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
