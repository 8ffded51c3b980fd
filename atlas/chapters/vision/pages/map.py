"""The activation map of a layer: a picture of its cells, which a script makes zoomable, and its quality."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from atlas.chapters.vision.figures.map import compared, is_measured, map_figure
from atlas.chapters.vision.pages import LAYER_PAGES
from atlas.chapters.vision.pages.context import LABELLED, LayerContext
from atlas.core.results import Cells, Layout
from atlas.core.specs import Array
from atlas.publish.metadata import xmp
from atlas.publish.page import Asset, Item, Page
from atlas.publish.pixels import avif, scaled, stretch
from atlas.publish.places import figure_page, icon_file, map_file, probe_file
from atlas.publish.script import FINE, put

SIDE, SMALL, THUMB = 768, 400, 128  # pixels of the map picture, of its small version and of its thumbnail
DOT = 6  # pixels of a dot's radius
DENSEST = 24  # cells in the page's table


@dataclass(frozen=True)
class Region:
    """A cell in words: column and row (from 1), images, most frequent prediction, the image nearest to the mean."""

    column: int
    row: int
    count: int
    words: str
    image: str
    credit: str


def small_map_file(network: str, layer: str) -> str:
    """The small version of the map's picture."""
    return map_file(network, layer).replace("map.avif", "map-small.avif")


def map_thumb_file(network: str, layer: str) -> str:
    """Its thumbnail, for lists of maps."""
    return map_file(network, layer).replace("map.avif", "map-thumb.avif")


def pages(context: LayerContext) -> Iterator[Item]:
    """The map page of a layer that has a map, its pictures and its points."""
    cells, layout = context.layer.cells, context.layer.layout
    if cells is None or layout is None:
        return
    network, name = context.network.spec.name, context.layer.spec.name
    picture = draw(context, cells)
    figure = map_figure(context.atlas.results, context.network.spec, context.layer)
    record = xmp(figure, context.atlas.base_url, imprint=context.atlas.imprint)
    yield Asset(map_file(network, name), avif(picture, quality=50, xmp=record))
    smaller = ((small_map_file(network, name), SMALL, 44), (map_thumb_file(network, name), THUMB, 40))
    for file, side, quality in smaller:
        small = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)
        yield Asset(file, avif(np.asarray(small), quality=quality))
    for cell, icon in enumerate(cells.icon):
        if icon is not None:
            yield Asset(icon_file(network, name, cell), avif(stretch(icon)))
    yield Asset(f"{context.path}map/points.js", put("map", _points(context, cells, layout)))
    yield Page(f"{context.path}map/index.html", "vision/map.html", _values(context, cells, layout))


def draw(context: LayerContext, cells: Cells) -> Array:
    """All cells on a transparent ground, [S, S, 4] uint8: icons, else the probe image nearest to the mean.

    Where no cell can be shown, a dot for each probe image instead.
    """
    side = max(8, SIDE // cells.grid)
    canvas = np.zeros((cells.grid * side, cells.grid * side, 4), np.uint8)
    for cell, (column, row) in enumerate(zip(cells.column.tolist(), cells.row.tolist(), strict=True)):
        tile = _tile(context, cells, cell, side)
        if tile is not None:
            block = canvas[row * side : (row + 1) * side, column * side : (column + 1) * side]
            block[..., :3], block[..., 3] = tile, 255
    if context.layer.layout is not None and not canvas.any():
        _dot(canvas, context.layer.layout.xy)
    return canvas


def _dot(canvas: Array, xy: Array) -> None:
    """Draw a grey dot at each point of xy [N, 2] in [0, 1]."""
    rows, columns = np.mgrid[: len(canvas), : len(canvas)]
    for x, y in xy * len(canvas):  # where the viewer draws its points
        canvas[(columns - x) ** 2 + (rows - y) ** 2 <= DOT**2] = (128, 128, 128, 255)


def _tile(context: LayerContext, cells: Cells, cell: int, side: int) -> Array | None:
    icon, pixels = cells.icon[cell], context.atlas.pixels
    if icon is not None:
        return scaled(stretch(icon), side)
    if pixels is None:
        return None
    return np.asarray(pixels[int(cells.nearest[cell])].resize((side, side), Image.Resampling.LANCZOS))


def _points(context: LayerContext, cells: Cells, layout: Layout) -> dict[str, object]:
    """The data of the viewer: a row of numbers for each cell, and the position of every probe image."""
    names = context.cell_names
    listed = sorted(set(names))
    columns = (
        cells.column.tolist(),
        cells.row.tolist(),
        cells.count.tolist(),
        [listed.index(name) for name in names],
        [int(icon is not None) for icon in cells.icon],
        cells.nearest.tolist(),
    )
    return {
        "grid": cells.grid,
        "cells": list(zip(*columns, strict=True)),
        "classes": listed,
        "xy": packed(np.rint(layout.xy.astype(float) * FINE).astype(int).ravel()),
        "icons": icon_file(context.network.spec.name, context.layer.spec.name, 0).rsplit("/", 1)[0] + "/",
        "probes": probe_file(0).rsplit("/", 1)[0] + "/" if context.atlas.results.probes.publish else None,
    }


SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def packed(numbers: Array) -> str:
    """Whole numbers in [0, FINE] as two characters each, of 6 bits: half the size of decimals."""
    return "".join(f"{SIGNS[number >> 6]}{SIGNS[number & 63]}" for number in numbers.tolist())


def _values(context: LayerContext, cells: Cells, layout: Layout) -> dict[str, object]:
    return {
        "context": context,
        "figure": map_figure(context.atlas.results, context.network.spec, context.layer),
        "figure_page": figure_page(f"{context.network.spec.name}/{context.layer.spec.name}/map"),
        "layout": layout,
        "measured": is_measured(layout),
        "compared": compared(layout),
        "grid": cells.grid,
        "cells": len(cells.count),
        "icons": sum(icon is not None for icon in cells.icon),
        "images": len(layout.xy),
        "map_side": SIDE // cells.grid * cells.grid,
        "map_file": map_file(context.network.spec.name, context.layer.spec.name),
        "regions": _regions(context, cells),
        "labelled": any(context.cell_names),
        "least": LABELLED,
    }


def _regions(context: LayerContext, cells: Cells) -> tuple[Region, ...]:
    """The densest cells, the fullest first."""
    order = np.argsort(-cells.count, kind="stable")[:DENSEST].tolist()
    return tuple(_region(context, cells, cell) for cell in order)


def _region(context: LayerContext, cells: Cells, cell: int) -> Region:
    nearest = int(cells.nearest[cell])
    return Region(
        int(cells.column[cell]) + 1,
        int(cells.row[cell]) + 1,
        int(cells.count[cell]),
        context.cell_names[cell],
        context.atlas.image(nearest).title,
        context.atlas.credits[nearest],
    )


LAYER_PAGES.add("map", pages)
