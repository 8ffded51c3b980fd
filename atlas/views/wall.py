"""The wall: a row for each network, from its first layer to its classes, each cell a real unit's picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas.figures.places import layer_page, unit_page
from atlas.figures.sheet import WALL_ROWS, wall_layers
from atlas.types import Unit
from atlas.views.desk import Chapter, Entry, Tile
from atlas.views.entry import ROWS, TILE
from atlas.views.page import Asset
from atlas.views.pixels import contact_sheet, webp


@dataclass(frozen=True)
class Brick:
    """One cell: the page and words of its unit, and its place on the network's sheet of tiles."""

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
    """A network on the wall."""

    chapter: Chapter
    sheet: str  # site path of the picture that all its bricks are cut from
    width: int  # tiles across that sheet
    height: int
    columns: tuple[Column, ...]


def sheet_file(network: str) -> str:
    """The sheet of a network's tiles."""
    return f"pictures/{network}/wall.webp"


def sheet_asset(chapter: Chapter, rows: int = ROWS) -> Asset:
    """All tiles of a network: a column a layer."""
    tiles = [
        layer.tiles[row].rgb if row < len(layer.tiles) else None for row in range(rows) for layer in chapter.layers
    ]
    sheet = contact_sheet(tiles, len(chapter.layers), TILE)
    return Asset(sheet_file(chapter.network.spec.name), webp(sheet, quality=60))


def bricks(chapter: Chapter, entry: Entry, rows: int) -> tuple[Brick, ...]:
    """The first `rows` tiles of a layer."""
    x = chapter.layers.index(entry)
    return tuple(_brick(tile, x, y) for y, tile in enumerate(entry.tiles[:rows]))


def _brick(tile: Tile, x: int, y: int) -> Brick:
    return Brick(tile.unit, unit_page(tile.unit), tile.words, x, y)


def courses(chapters: Sequence[Chapter]) -> tuple[Course, ...]:
    """The wall, oldest network first; a deep network shows some of its layers, evenly."""
    rows = WALL_ROWS.get(len(chapters), 1)
    return tuple(_course(chapter, rows) for chapter in chapters if any(layer.tiles for layer in chapter.layers))


def _course(chapter: Chapter, rows: int) -> Course:
    drawn = [layer for layer in chapter.layers if layer.tiles]
    chosen = set(wall_layers([layer.name for layer in drawn]))
    name = chapter.network.spec.name
    return Course(
        chapter,
        sheet_file(name),
        len(chapter.layers),
        ROWS,
        tuple(
            Column(layer.name, layer_page(name, layer.name), bricks(chapter, layer, rows))
            for layer in drawn
            if layer.name in chosen
        ),
    )
