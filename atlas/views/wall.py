"""The wall: a row for each network, from its first layer to its classes, each cell a real unit's picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas.figures.places import layer_page, unit_page
from atlas.figures.sheet import WALL_ROWS, wall_layers
from atlas.types import Unit
from atlas.views.desk import Chapter, Entry
from atlas.views.entry import TILE
from atlas.views.page import Asset
from atlas.views.pixels import contact_sheet, webp


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
    """A layer on the wall."""

    name: str
    page: str
    bricks: tuple[Brick, ...]


@dataclass(frozen=True)
class Course:
    """A network on the wall: all its bricks are cut from one sheet, a column a layer."""

    chapter: Chapter
    sheet: str
    layers: tuple[Entry, ...]
    rows: int

    @property
    def columns(self) -> tuple[Column, ...]:
        """The layers from the first to the classes."""
        name = self.chapter.network.spec.name
        return tuple(
            Column(layer.name, layer_page(name, layer.name), bricks(layer, x, self.rows))
            for x, layer in enumerate(self.layers)
        )

    def asset(self) -> Asset:
        """The sheet."""
        return tile_sheet(self.sheet, self.layers, self.rows)


def tile_sheet(path: str, layers: Sequence[Entry], rows: int) -> Asset:
    """The first `rows` tiles of each layer, a column a layer."""
    tiles = [layer.tiles[row].rgb if row < len(layer.tiles) else None for row in range(rows) for layer in layers]
    return Asset(path, webp(contact_sheet(tiles, len(layers), TILE), quality=46))


def bricks(layer: Entry, x: int, rows: int) -> tuple[Brick, ...]:
    """The first `rows` tiles of a layer that is column `x` of a sheet."""
    return tuple(Brick(tile.unit, unit_page(tile.unit), tile.words, x, y) for y, tile in enumerate(layer.tiles[:rows]))


def courses(chapters: Sequence[Chapter]) -> tuple[Course, ...]:
    """The wall, oldest network first; a deep network shows some of its layers, evenly."""
    rows = WALL_ROWS.get(len(chapters), 1)
    return tuple(_course(chapter, rows) for chapter in chapters if any(layer.tiles for layer in chapter.layers))


def _course(chapter: Chapter, rows: int) -> Course:
    drawn = [layer for layer in chapter.layers if layer.tiles]
    chosen = set(wall_layers([layer.name for layer in drawn]))
    shown = tuple(layer for layer in drawn if layer.name in chosen)
    return Course(chapter, f"pictures/{chapter.network.spec.name}/wall.webp", shown, rows)
