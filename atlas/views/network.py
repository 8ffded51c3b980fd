"""A network's page: what it is and how well it sees, its structure, its layers, its first filters, its training."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from atlas.figures.bibliography import bibliography
from atlas.figures.gates import findings
from atlas.figures.network import filter_pictures, network_figures
from atlas.figures.places import filters_file, network_page
from atlas.figures.strip import strip
from atlas.types import Array, EmbeddedFile
from atlas.views import ATLAS_VIEWS
from atlas.views.desk import Chapter, Desk
from atlas.views.entry import ROWS
from atlas.views.page import Asset, Item, Page
from atlas.views.pixels import contact_sheet
from atlas.views.training import charts
from atlas.views.wall import bricks, tile_sheet

COLUMNS = 16  # of the sheet of filters
FILTER = 48  # pixels of a filter's side, at least


def pages(desk: Desk, chapters: Sequence[Chapter]) -> Iterator[Item]:
    """One page a network, with the sheets that its tiles and its first filters are cut from."""
    for chapter in chapters:
        drawn = any(layer.tiles for layer in chapter.layers)
        if drawn:
            yield tile_sheet(_sheet_file(chapter), chapter.layers, ROWS)
        yield Asset(filters_file(chapter.network.spec.name), _lossless(_filters(chapter.network.structure.filters)))
        yield Page(network_page(chapter.network.spec.name), "network.html", _context(desk, chapter, drawn))


def _sheet_file(chapter: Chapter) -> str:
    return f"pictures/{chapter.network.spec.name}/tiles.webp"


def _filters(filters: Array) -> Array:
    """The sheet of all filters, each pixel of a filter a square of whole pixels."""
    tiles = filter_pictures(filters)
    times = -(-FILTER // tiles.shape[1])
    large = tiles.repeat(times, 1).repeat(times, 2)
    return contact_sheet(list(large), min(COLUMNS, len(large)), large.shape[1])


def _lossless(rgb: Array) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(file, "WEBP", lossless=True, method=4)
    return file.getvalue()


def _context(desk: Desk, chapter: Chapter, drawn: bool) -> dict[str, object]:
    network, spec = chapter.network, chapter.network.spec
    first = next((part for part in network.structure.parts if part.kind == "convolution"), None)
    read = [name for name in (first.layers if first else ()) if name in network.layer_names]
    many = len(network.structure.filters)
    return {
        "chapter": chapter,
        "spec": spec,
        "card": network.card,
        "trained": isinstance(spec.weights, EmbeddedFile),
        "paper": bibliography().get(spec.paper),
        "figures": {figure.kind: figure for figure in network_figures(desk.results, network)},
        "strip": strip(network.structure, network.layer_names),
        "structure": network.structure,
        "gates_words": findings(network) if network.gates else "",
        "field": widest(chapter),
        "charts": charts(network.card) if network.card else (),
        "filters": [(divmod(unit, COLUMNS), f"{read[0]}/{unit}/index.html" if read else "") for unit in range(many)],
        "filters_file": filters_file(spec.name),
        "filter_columns": min(COLUMNS, many),
        "filter_rows": -(-many // COLUMNS),
        "sheet_file": _sheet_file(chapter) if drawn else None,
        "width": len(chapter.layers),
        "height": ROWS,
        "rows": [(layer, bricks(layer, x, ROWS)) for x, layer in enumerate(chapter.layers)],
        "units": sum(layer.units for layer in chapter.layers),
        "pictures": sum(layer.pictures for layer in chapter.layers),
        "input": spec.input_size,
        "probes": desk.results.probes,
    }


def widest(chapter: Chapter) -> int:
    """The receptive field of the last layer that is a map, in input pixels; 0 = it sees the whole image."""
    maps = [layer.field for layer in chapter.layers if layer.spatial]
    return maps[-1] if maps else 0


ATLAS_VIEWS.add("network", pages)
