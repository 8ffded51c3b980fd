"""The pages of one decision, whole: for each network a page for each image of the wall and each typical image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from atlas.chapters.heatmaps.figures.path import path_figure, stages
from atlas.chapters.heatmaps.overlay import sheet
from atlas.chapters.heatmaps.pages import PAGES
from atlas.chapters.heatmaps.pages.context import WallContext, heading
from atlas.chapters.heatmaps.paths import UNITS, Paths
from atlas.chapters.heatmaps.places import decisions_page, path_file, path_page, wall_page
from atlas.chapters.heatmaps.records import Case
from atlas.core.specs import Array, Unit
from atlas.publish.page import Asset, Item, Page
from atlas.publish.places import picture_file, unit_page
from atlas.publish.signed import SHADES

HALF = 127  # of a map's whole numbers: its largest


def pages(context: WallContext) -> Iterator[Item]:
    """The page and the sheet of maps of each decision."""
    for network in context.networks:
        for case in context.chapter.cases(network):
            name = context.atlas.results.probes.images[case.index].id
            yield Asset(path_file(name, network.spec.name), sheet(_tiles(case.paths, case.row), UNITS))
            yield Page(path_page(name, network.spec.name), "heatmaps/path.html", _values(context, case))


def _tiles(paths: Paths, row: int) -> list[Array]:
    """The maps from the last layer back, as shades."""
    maps = paths.maps[row, ::-1].astype(np.float32) / HALF
    return [np.rint(one * SHADES).astype(np.int8) for layer in maps for one in layer]


def _values(context: WallContext, case: Case) -> dict[str, object]:
    spec, image = case.network.spec, context.atlas.results.probes.images[case.index]
    drawn = context.atlas.network(spec.name).pictured if context.has_units(case.network) else None

    def pictured(layer: str, unit: int) -> str:
        """The picture of a unit, "" where the recipe makes none."""
        there = drawn is not None and unit in drawn.get(layer, ())
        return picture_file(Unit(spec.name, layer, unit)) if there else ""

    def page_of(layer: str, unit: int) -> str:
        """The page of a unit, "" where there are no pages of units."""
        return "" if drawn is None else unit_page(Unit(spec.name, layer, unit))

    return {
        "context": context,
        "network": case.network,
        "subject": heading(image),
        "photograph": context.file(case.index),
        "figure": path_figure(context.atlas.results, case),
        "decision": context.decided(case),
        "score": float(case.paths.score[case.row]),
        "stages": stages(case.paths, case.row),
        "rows": len(case.paths.layers),
        "columns": UNITS,
        "sheet": path_file(image.id, spec.name),
        "pictured": pictured,
        "page_of": page_of,
        "others": _others(context, case),
        "wall": wall_page(image.id) if case.index in context.chapter.images else "",
        "classes": decisions_page(spec.name) if case.network.typical else "",
    }


def _others(context: WallContext, case: Case) -> list[tuple[str, str, bool]]:
    """Titles and pages of all networks whose decision about the same image is known, and which is this one."""
    name = context.atlas.results.probes.images[case.index].id
    return [
        (network.spec.title, path_page(name, network.spec.name), network is case.network)
        for network in context.networks
        if context.case(network, case.index) is not None
    ]


PAGES.add("path", pages)
