"""How a wall and a row of it are drawn: maps over the grey photograph, a row of headings, the scale beside each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from atlas.chapters.heatmaps.maps import TARGETS
from atlas.chapters.heatmaps.overlay import blended
from atlas.chapters.heatmaps.records import HeatmapResults, NetworkMaps, chapter_of
from atlas.chapters.heatmaps.wall import WallRow, row
from atlas.core.results import AtlasResults, Figure
from atlas.core.specs import Array
from atlas.publish.drawing import DRAWINGS, INK, INNER, Drawing, frame, place, probe_pixels
from atlas.publish.words import number, percent

HEAD, LEFT = 0.62, 0.72  # inches for the names of methods and of networks
PALE = 0.3  # strength of a map that is not valid
COLUMNS = 13  # of a row; with more methods it continues below


def _shown(results: AtlasResults, figure: Figure) -> tuple[HeatmapResults, int, int, Sequence[NetworkMaps]]:
    chapter = chapter_of(results)
    _, image_id, target_name, which = figure.id.split("/")
    image = next(i for i, index in enumerate(chapter.images) if results.probes.images[index].id == image_id)
    target = next(i for i, kind in enumerate(TARGETS) if kind.name == target_name)
    networks = [network for network in chapter.networks if which in ("wall", network.spec.name)]
    return chapter, image, target, networks


def _blocks(chapter: HeatmapResults) -> list[list[int]]:
    """The columns of each block of rows."""
    count = len(chapter.methods)
    blocks = -(-count // COLUMNS)
    return [list(part) for part in np.array_split(np.arange(count), max(blocks, 1))]


def _side(chapter: HeatmapResults) -> float:
    return (INNER - LEFT) / max(len(block) for block in _blocks(chapter))


def _height(results: AtlasResults, figure: Figure) -> float:
    chapter, _, _, networks = _shown(results, figure)
    return len(_blocks(chapter)) * (HEAD + len(networks) * _side(chapter))


def _draw(results: AtlasResults, figure: Figure, axes: Any) -> None:
    chapter, image, target, networks = _shown(results, figure)
    side, titles = _side(chapter), [method.title for method in chapter.found]
    photograph = _photograph(results, chapter.images[image])
    rows = [row(chapter, network, image, target) for network in networks]
    top = 0.0
    for block in _blocks(chapter):
        for column, method in enumerate(block):
            x = LEFT + (column + 0.5) * side
            axes.text(x - side * 0.2, top + HEAD - 0.05, titles[method], fontsize=4.5, color=INK, rotation=38)
        for line, one in enumerate(rows):
            _row(axes, one, block, photograph, (top + HEAD + line * side, side))
        top += HEAD + len(rows) * side
    frame(axes, INNER, top)


def _row(axes: Any, one: WallRow, block: Sequence[int], photograph: Array, at: tuple[float, float]) -> None:
    y, side = at
    axes.text(0, y + side * 0.4, one.spec.title, fontsize=5, color=INK, va="center")
    axes.text(0, y + side * 0.72, f"full colour {number(one.full, 2)}×", fontsize=4, color=INK, va="center")
    for column, method in enumerate(block):
        x = LEFT + column * side
        tile, cell = one.tiles[method], one.cells[method]
        if tile is not None:
            shown = blended(photograph, tile, PALE if cell.reason else 1.0)
            place(axes, shown, (x + 0.02 * side, y + 0.02 * side), 0.96 * side)
        if cell.reason:
            words = f"misses {percent(cell.missed)}" if tile is not None else "not valid"
            axes.text(x + side / 2, y + side / 2, words, fontsize=4, color=INK, ha="center", va="center")


def _photograph(results: AtlasResults, index: int) -> Array:
    """The photograph at a tile's size; a plain ground where it may not be shown."""
    size = results.probes.size
    if not results.probes.publish:
        return np.full((size, size, 3), 255, np.uint8)
    rgb = probe_pixels(results, [index])[index]
    return np.asarray(Image.fromarray(rgb).resize((192, 192), Image.Resampling.LANCZOS))


DRAWINGS.add("heatmap-wall", Drawing(_height, _draw))
DRAWINGS.add("heatmap-row", Drawing(_height, _draw))
