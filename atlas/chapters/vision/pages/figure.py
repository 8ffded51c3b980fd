"""The figure page of a map: caption, measurements, provenance and citations.

The other figures of a layer live on the pages that show them (docs/decisions/0004-figure-pages.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from atlas.chapters.vision.figures.map import map_figure
from atlas.chapters.vision.pages import LAYER_PAGES
from atlas.chapters.vision.pages.context import LayerContext
from atlas.chapters.vision.pages.map import SIDE
from atlas.publish.page import Item, Page
from atlas.publish.places import figure_page


def pages(context: LayerContext) -> Iterator[Item]:
    """The page of the layer's map, if it has one."""
    if context.layer.layout is None or context.layer.cells is None:
        return
    figure = map_figure(context.atlas.results, context.network.spec, context.layer)
    values = {
        "context": context,
        "figure": figure,
        "file": figure.files[0],
        "made": beyond(figure.provenance, context.provenance),
        "side": SIDE // context.layer.cells.grid * context.layer.cells.grid,
    }
    yield Page(figure_page(figure.id), "vision/figure.html", values)


def beyond(provenance: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a figure's provenance that differs from that of its layer, which the layer's page shows."""
    return {
        name: beyond(value, shared[name])
        if isinstance(value, Mapping) and isinstance(shared.get(name), Mapping)
        else value
        for name, value in provenance.items()
        if shared.get(name) != value
    }


LAYER_PAGES.add("figure", pages)
