"""The pages of one decision, whole: a page for each image of the wall and network."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from atlas.chapters.heatmaps.figures.path import path_figure, stages
from atlas.chapters.heatmaps.overlay import SHADES, sheet
from atlas.chapters.heatmaps.pages import PAGES
from atlas.chapters.heatmaps.pages.context import WallContext
from atlas.chapters.heatmaps.paths import UNITS, Paths
from atlas.chapters.heatmaps.places import path_file, path_page, wall_page
from atlas.chapters.heatmaps.records import NetworkMaps
from atlas.core.specs import Array, Unit
from atlas.publish.page import Asset, Item, Page
from atlas.publish.places import picture_file, unit_page

HALF = 127  # of a map's whole numbers: its largest


def pages(context: WallContext) -> Iterator[Item]:
    """The page and the sheet of maps of each decision."""
    for image in range(len(context.chapter.images)):
        for network in context.networks:
            if network.paths is not None and context.has_paths(network):
                name = context.image(image).id
                yield Asset(path_file(name, network.spec.name), sheet(_tiles(network.paths, image), UNITS))
                yield Page(path_page(name, network.spec.name), "heatmaps/path.html", _values(context, network, image))


def _tiles(paths: Paths, image: int) -> list[Array]:
    """The maps from the last layer back, as shades."""
    maps = paths.maps[image, ::-1].astype(np.float32) / HALF
    return [np.rint(one * SHADES).astype(np.int8) for layer in maps for one in layer]


def _values(context: WallContext, network: NetworkMaps, image: int) -> dict[str, object]:
    assert network.paths is not None
    spec, found = network.spec, context.atlas.network(network.spec.name)
    figure = path_figure(context.atlas.results, context.chapter, network, image)
    others = [one for one in context.networks if context.has_paths(one)]

    def pictured(layer: str, unit: int) -> str:
        """The picture of a unit, "" where the recipe makes none."""
        return picture_file(Unit(spec.name, layer, unit)) if unit in found.pictured.get(layer, ()) else ""

    return {
        "context": context,
        "network": network,
        "image": image,
        "figure": figure,
        "decision": context.decision(network, image),
        "score": float(network.paths.score[image]),
        "stages": stages(network.paths, image),
        "rows": len(network.paths.layers),
        "columns": UNITS,
        "sheet": path_file(context.image(image).id, spec.name),
        "pictured": pictured,
        "unit_page": lambda layer, unit: unit_page(Unit(spec.name, layer, unit)),
        "others": [
            (one.spec.title, path_page(context.image(image).id, one.spec.name), one is network) for one in others
        ],
        "wall": wall_page(context.image(image).id),
    }


PAGES.add("path", pages)
