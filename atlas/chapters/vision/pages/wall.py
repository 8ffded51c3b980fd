"""The wall: a row for each network, from its first layer to its classes, each cell a real unit's picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas.chapters.vision.figures.sheet import WALL_ROWS, wall_columns
from atlas.chapters.vision.pages.context import LayerSummary, NetworkSummary, Tile
from atlas.chapters.vision.pages.summary import TILE
from atlas.core.specs import Array, Unit
from atlas.publish.page import Asset
from atlas.publish.pixels import avif, contact_sheet
from atlas.publish.places import layer_page, unit_page

QUALITY = 45  # of the sheets, AVIF: the first views of home and of a deep network hold several


@dataclass(frozen=True)
class Brick:
    """One cell: the page and words of its unit, and its place on the sheet of tiles."""

    unit: Unit
    page: str
    words: str
    x: int
    y: int


@dataclass(frozen=True)
class Column:
    """A column of a network's row: the layer, its page, and whether this is the first of the layer's columns."""

    name: str
    page: str
    first: bool
    bricks: tuple[Brick, ...]


@dataclass(frozen=True)
class Course:
    """A network on the wall: its columns from the first layer to the classes, all cut from one sheet."""

    chapter: NetworkSummary
    sheet: str
    columns: tuple[Column, ...]
    rows: int
    tiles: tuple[Array | None, ...]  # of the sheet, row by row

    def asset(self) -> Asset:
        """The sheet."""
        return Asset(self.sheet, avif(contact_sheet(self.tiles, len(self.columns), TILE), quality=QUALITY))


def tile_sheet(path: str, layers: Sequence[LayerSummary], rows: int) -> Asset:
    """The first `rows` tiles of each layer, a column a layer."""
    tiles = [layer.tiles[row].rgb if row < len(layer.tiles) else None for row in range(rows) for layer in layers]
    return Asset(path, avif(contact_sheet(tiles, len(layers), TILE), quality=QUALITY))


def bricks(layer: LayerSummary, x: int, rows: int) -> tuple[Brick, ...]:
    """The first `rows` tiles of a layer that is column `x` of a sheet."""
    return tuple(Brick(tile.unit, unit_page(tile.unit), tile.words, x, y) for y, tile in enumerate(layer.tiles[:rows]))


def courses(chapters: Sequence[NetworkSummary]) -> tuple[Course, ...]:
    """The wall, oldest network first."""
    rows = WALL_ROWS.get(len(chapters), 1)
    return tuple(_course(chapter, rows) for chapter in chapters if any(layer.tiles for layer in chapter.layers))


def _course(chapter: NetworkSummary, rows: int) -> Course:
    network, layers = chapter.network.spec.name, {layer.name: layer for layer in chapter.layers}
    columns: list[Column] = []
    picked: list[list[Tile]] = []
    for x, (name, ranks) in enumerate(wall_columns({name: layer.pictures for name, layer in layers.items()}, rows)):
        chosen = [layers[name].tiles[rank] for rank in ranks]
        found = tuple(Brick(tile.unit, unit_page(tile.unit), tile.words, x, y) for y, tile in enumerate(chosen))
        columns.append(Column(name, layer_page(network, name), not columns or columns[-1].name != name, found))
        picked.append(chosen)
    tiles = [column[row].rgb if row < len(column) else None for row in range(rows) for column in picked]
    return Course(chapter, f"pictures/{network}/wall.avif", tuple(columns), rows, tuple(tiles))
