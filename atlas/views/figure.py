"""The page of one figure: what is seen, what was measured, how it was made, how to cite it."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.figures.catalogue import layer_figures, to_json
from atlas.figures.map import map_figure
from atlas.figures.places import figure_page, figures_file, layer_page, unit_page
from atlas.figures.unit import channel_figure
from atlas.types import Figure
from atlas.views import LAYER_VIEWS
from atlas.views.desk import Sheet
from atlas.views.map import SIDE
from atlas.views.page import Asset, Item, Page


def pages(sheet: Sheet) -> Iterator[Item]:
    """A page for every picture of the layer and for its map; other figures live on the page of their unit."""
    results, spec, layer = sheet.desk.results, sheet.network.spec, sheet.layer
    yield Asset(figures_file(spec.name, layer.spec.name), to_json(layer_figures(results, spec, layer)).encode())
    for unit in sorted(layer.pictures):
        figure = channel_figure(results, spec, layer, unit)
        place = (f"Unit {unit} of {layer.spec.name}", unit_page(sheet.unit(unit)))
        yield _page(sheet, figure, place)
    if layer.layout is not None and layer.cells is not None:
        figure = map_figure(results, spec, layer)
        place = (f"Layer {layer.spec.name}", layer_page(spec.name, layer.spec.name))
        yield _page(sheet, figure, place)


def _page(sheet: Sheet, figure: Figure, place: tuple[str, str]) -> Page:
    context = {
        "sheet": sheet,
        "figure": figure,
        "file": figure.files[0],
        "place": place,
        "side": sheet.layer.pictures[figure.provenance["unit"]].rgb.shape[0] if figure.kind == "channel" else SIDE,
    }
    return Page(figure_page(figure.id), "figure.html", context)


LAYER_VIEWS.add("figure", pages)
