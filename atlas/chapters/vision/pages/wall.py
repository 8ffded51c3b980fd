"""The wall: a row for each network, from its first layer to its classes, of feature visualizations of real units."""

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
class LinkedTile:
    """A tile of the wall: the page and the label of its unit, and its position on the sheet of tiles."""

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
    tiles: tuple[LinkedTile, ...]


@dataclass(frozen=True)
class WallRow:
    """A network on the wall: its columns from the first layer to the classes, all cut from one sheet."""

    summary: NetworkSummary
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


def linked_tiles(layer: LayerSummary, x: int, rows: int) -> tuple[LinkedTile, ...]:
    """The first `rows` tiles of a layer that is column `x` of a sheet."""
    return tuple(
        LinkedTile(tile.unit, unit_page(tile.unit), tile.words, x, y) for y, tile in enumerate(layer.tiles[:rows])
    )


def wall_rows(summaries: Sequence[NetworkSummary]) -> tuple[WallRow, ...]:
    """The wall, oldest network first."""
    rows = WALL_ROWS.get(len(summaries), 1)
    return tuple(_wall_row(summary, rows) for summary in summaries if any(layer.tiles for layer in summary.layers))


def _wall_row(summary: NetworkSummary, rows: int) -> WallRow:
    network, layers = summary.network.spec.name, {layer.name: layer for layer in summary.layers}
    columns: list[Column] = []
    picked: list[list[Tile]] = []
    for x, (name, ranks) in enumerate(wall_columns({name: layer.pictures for name, layer in layers.items()}, rows)):
        chosen = [layers[name].tiles[rank] for rank in ranks]
        found = tuple(LinkedTile(tile.unit, unit_page(tile.unit), tile.words, x, y) for y, tile in enumerate(chosen))
        columns.append(Column(name, layer_page(network, name), not columns or columns[-1].name != name, found))
        picked.append(chosen)
    tiles = [column[row].rgb if row < len(column) else None for row in range(rows) for column in picked]
    return WallRow(summary, f"pictures/{network}/wall.avif", tuple(columns), rows, tuple(tiles))
