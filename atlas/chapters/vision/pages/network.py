"""A network's page: what it is and how well it sees, its structure, its layers, its first filters, its training."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from atlas.chapters.vision.figures.diagnosis import findings as diagnosis_findings
from atlas.chapters.vision.figures.diagnosis import pair
from atlas.chapters.vision.figures.gates import findings
from atlas.chapters.vision.figures.network import filter_pictures, network_figures
from atlas.chapters.vision.figures.strip import strip
from atlas.chapters.vision.pages import PAGES
from atlas.chapters.vision.pages.context import LayerSummary, NetworkSummary
from atlas.chapters.vision.pages.summary import ROWS
from atlas.chapters.vision.pages.training import charts
from atlas.chapters.vision.pages.wall import Brick, bricks, tile_sheet
from atlas.chapters.vision.places import diagnosis_page, filters_file
from atlas.core.report import DIAGNOSED
from atlas.core.sources import EmbeddedFile
from atlas.core.specs import Array
from atlas.publish.bibliography import bibliography
from atlas.publish.context import AtlasContext
from atlas.publish.page import Asset, Item, Page
from atlas.publish.pixels import contact_sheet
from atlas.publish.places import network_page

COLUMNS = 16  # of the sheet of filters
FLIGHT = 7  # layers whose tiles share a sheet, so that the sheets of a deep network load as its ladder is climbed
FILTER = 48  # pixels of a filter's side, at least


@dataclass(frozen=True)
class Flight:
    """Some layers of the ladder, from number `first`; `file` is the sheet of their tiles, "" where they have none."""

    first: int
    layers: tuple[LayerSummary, ...]
    file: str

    @property
    def rungs(self) -> list[tuple[LayerSummary, tuple[Brick, ...]]]:
        """Each layer with its tiles."""
        return [(layer, bricks(layer, x, ROWS)) for x, layer in enumerate(self.layers)]


def pages(desk: AtlasContext, chapters: Sequence[NetworkSummary]) -> Iterator[Item]:
    """One page a network, with the sheets that its tiles and its first filters are cut from."""
    for chapter in chapters:
        flights = _flights(chapter)
        for flight in flights:
            if flight.file:
                yield tile_sheet(flight.file, flight.layers, ROWS)
        yield Asset(filters_file(chapter.network.spec.name), _lossless(_filters(chapter.network.structure.filters)))
        yield Page(network_page(chapter.network.spec.name), "vision/network.html", _context(desk, chapter, flights))


def _flights(chapter: NetworkSummary) -> list[Flight]:
    name, layers = chapter.network.spec.name, chapter.layers
    return [
        Flight(first, part, f"pictures/{name}/tiles-{first // FLIGHT}.avif" if any(each.tiles for each in part) else "")
        for first in range(0, len(layers), FLIGHT)
        for part in [layers[first : first + FLIGHT]]
    ]


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


def _context(desk: AtlasContext, chapter: NetworkSummary, flights: Sequence[Flight]) -> dict[str, object]:
    network, spec = chapter.network, chapter.network.spec
    first = next((part for part in network.structure.parts if part.kind == "convolution"), None)
    read = [name for name in (first.layers if first else ()) if name in network.layer_names]
    many = len(network.structure.filters)
    both = pair(desk.results) if spec.name in DIAGNOSED else None
    figures = network_figures(desk.results, network)
    return {
        "chapter": chapter,
        "spec": spec,
        "card": network.card,
        "trained": isinstance(spec.weights, EmbeddedFile),
        "paper": bibliography().get(spec.paper),
        "figures": {figure.kind: figure for figure in figures},
        "shown": [figure for figure in figures if figure.page.startswith(network_page(spec.name))],
        "strip": strip(network.structure, network.layer_names),
        "structure": network.structure,
        "gates_words": findings(network) if network.gates else "",
        "diagnosis": diagnosis_page(DIAGNOSED[-1]) if both else "",
        "diagnosis_words": diagnosis_findings(both) if both else "",
        "field": widest(chapter),
        "charts": charts(network.card) if network.card else (),
        "filters": [(divmod(unit, COLUMNS), f"{read[0]}/{unit}/index.html" if read else "") for unit in range(many)],
        "filters_file": filters_file(spec.name),
        "filter_columns": min(COLUMNS, many),
        "filter_rows": -(-many // COLUMNS),
        "flights": flights,
        "height": ROWS,
        "units": sum(layer.units for layer in chapter.layers),
        "pictures": sum(layer.pictures for layer in chapter.layers),
        "input": spec.input_size,
        "probes": desk.results.probes,
    }


def widest(chapter: NetworkSummary) -> int:
    """The receptive field of the last layer that is a map, in input pixels; 0 = it sees the whole image."""
    maps = [layer.field for layer in chapter.layers if layer.spatial]
    return maps[-1] if maps else 0


PAGES.add("network", pages)
