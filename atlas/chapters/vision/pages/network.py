"""The report on a network: accuracy, structure, layers, first filters, gates and diagnosis, training."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from atlas.chapters.vision.degenerate import KINDS as DEGENERATE
from atlas.chapters.vision.figures.diagnosis import pair
from atlas.chapters.vision.figures.network import KINDS, filter_pictures, network_figures
from atlas.chapters.vision.figures.strip import strip
from atlas.chapters.vision.pages import PAGES
from atlas.chapters.vision.pages.classes import shared
from atlas.chapters.vision.pages.context import LayerSummary, NetworkSummary
from atlas.chapters.vision.pages.finding import network_findings
from atlas.chapters.vision.pages.summary import ROWS
from atlas.chapters.vision.pages.training import charts
from atlas.chapters.vision.pages.wall import LinkedTile, linked_tiles, tile_sheet
from atlas.chapters.vision.places import classes_page, diagnosis_page, filters_file
from atlas.core.report import DIAGNOSED
from atlas.core.results import NetworkResults
from atlas.core.sources import EmbeddedFile
from atlas.core.specs import Array
from atlas.publish.bibliography import bibliography
from atlas.publish.context import AtlasContext
from atlas.publish.page import Asset, Item, Page
from atlas.publish.pixels import contact_sheet
from atlas.publish.places import network_page
from atlas.publish.provenance import published_labels, published_source

COLUMNS = 16  # of the sheet of filters
GROUP = 7  # layers whose tiles share a sheet, so that the sheets of a deep network load as its ladder is climbed
FILTER = 48  # pixels of a filter's side, at least


@dataclass(frozen=True)
class LayerGroup:
    """Some layers of the ladder, from number `first`; `file` is the sheet of their tiles, "" where they have none."""

    first: int
    layers: tuple[LayerSummary, ...]
    file: str

    @property
    def rows(self) -> list[tuple[LayerSummary, tuple[LinkedTile, ...]]]:
        """Each layer with its tiles."""
        return [(layer, linked_tiles(layer, x, ROWS)) for x, layer in enumerate(self.layers)]


def pages(context: AtlasContext, summaries: Sequence[NetworkSummary]) -> Iterator[Item]:
    """One page a network, with the sheets that its tiles and its first filters are cut from."""
    for summary in summaries:
        groups = _groups(summary)
        for group in groups:
            if group.file:
                yield tile_sheet(group.file, group.layers, ROWS)
        yield Asset(filters_file(summary.network.spec.name), _lossless(_filters(summary.network.structure.filters)))
        yield Page(
            network_page(summary.network.spec.name), "vision/network.html", _values(context, summaries, summary, groups)
        )


def _groups(summary: NetworkSummary) -> list[LayerGroup]:
    name, layers = summary.network.spec.name, summary.layers
    groups = []
    for first in range(0, len(layers), GROUP):
        part = layers[first : first + GROUP]
        pictured = any(layer.tiles for layer in part)
        groups.append(LayerGroup(first, part, f"pictures/{name}/tiles-{first // GROUP}.avif" if pictured else ""))
    return groups


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


def _values(
    context: AtlasContext, summaries: Sequence[NetworkSummary], summary: NetworkSummary, groups: Sequence[LayerGroup]
) -> dict[str, object]:
    network, spec = summary.network, summary.network.spec
    figures = network_figures(context.results, network)
    return {
        "summary": summary,
        "spec": spec,
        "card": network.card,
        "charts": charts(network.card) if network.card else (),
        "weights": published_source(spec.weights),
        "classes": published_labels(spec.labels),
        "trained": isinstance(spec.weights, EmbeddedFile),
        "paper": bibliography().get(spec.paper),
        "figures": {figure.kind: figure for figure in figures},
        "shown": [figure for figure in figures if figure.page.startswith(network_page(spec.name))],
        "strip": strip(network.structure, network.layer_names),
        "structure": network.structure,
        "field": widest(summary),
        "known": all(layer.field_known for layer in summary.layers),
        "groups": groups,
        "height": ROWS,
        "kinds": KINDS,
        "units": sum(layer.units for layer in summary.layers),
        "pictures": sum(layer.pictures for layer in summary.layers),
        "input": spec.input_size,
        "probes": context.results.probes,
        "degenerate": [
            (layer, layer.degenerate.counts(), layer.degenerate.counted)
            for layer in summary.layers
            if any(layer.degenerate.counts().values())
        ],
        "degenerate_kinds": DEGENERATE,
        **_filter_values(network),
        "findings": network_findings(context, summary),
        "classes_page": classes_page(spec.labels) if spec.labels in shared(summaries) else "",
        "diagnosis": diagnosis_page(DIAGNOSED[-1]) if spec.name in DIAGNOSED and pair(context.results) else "",
    }


def _filter_values(network: NetworkResults) -> dict[str, object]:
    """The sheet of the first filters; each links to its unit where the atlas reads the first layer."""
    first = next((part for part in network.structure.parts if part.kind == "convolution"), None)
    read = [name for name in (first.layers if first else ()) if name in network.layer_names]
    count = len(network.structure.filters)
    return {
        "filters": [(divmod(unit, COLUMNS), f"{read[0]}/{unit}/index.html" if read else "") for unit in range(count)],
        "filters_file": filters_file(network.spec.name),
        "filter_columns": min(COLUMNS, count),
        "filter_rows": -(-count // COLUMNS),
    }


def widest(summary: NetworkSummary) -> int:
    """The receptive field of the last layer that is a map, in input pixels; 0 = the whole image."""
    maps = [layer.field for layer in summary.layers if layer.spatial]
    return maps[-1] if maps else 0


PAGES.add("network", pages)
