"""Drawings of the figures of units and layers: feature visualizations, examples, histograms, maps, sheets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from atlas.chapters.vision.figures import locate
from atlas.chapters.vision.levels import LEVELS, OBJECTS, ROWS
from atlas.core.results import AtlasResults, Figure, LayerResults
from atlas.core.specs import Array
from atlas.publish.crop import crop
from atlas.publish.drawing import (
    ACCENT,
    DRAWINGS,
    GAP,
    INK,
    INNER,
    QUIET,
    SECOND,
    Drawing,
    frame,
    montage,
    overlaid,
    place,
    probe_pixels,
)
from atlas.publish.words import number


def _layer(results: AtlasResults, figure: Figure) -> LayerResults:
    return locate(results, figure.id)[1]


# ---------------------------------------------------------------- one picture


def _synthesized(results: AtlasResults, figure: Figure) -> Array:
    return _layer(results, figure).pictures[figure.provenance["unit"]].rgb


def draw_channel(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """The feature visualization as it was optimized."""
    side = 4.5
    place(axes, _synthesized(results, figure), ((INNER - side) / 2, 0), side)
    frame(axes, INNER, side)


DRAWINGS.add("channel", Drawing(lambda results, figure: 4.5, draw_channel, pixels=_synthesized))


# ---------------------------------------------------------------- examples

LABEL = 0.2  # inches: the line of words above and of numbers below a strip
A_ROW = 9  # examples
SIDE = (INNER - (A_ROW - 1) * GAP) / A_ROW


def _strips(results: AtlasResults, figure: Figure) -> tuple[list[list[int]], bool]:
    """The columns of Examples in each strip (levels that share one), and whether responses are overlaid."""
    layer, unit = _layer(results, figure), figure.provenance["unit"]
    present = [slot for slot, image in enumerate(layer.examples.image[unit]) if image >= 0]
    parts = [[slot for slot in present if layer.examples.levels[slot] in levels] for levels in ROWS]
    rows = [part[start : start + A_ROW] for part in parts for start in range(0, len(part), A_ROW)]
    return rows, layer.spec.spatial


def _examples_height(results: AtlasResults, figure: Figure) -> float:
    rows, overlay = _strips(results, figure)
    return max(0.5, len(rows) * (2 * LABEL + (SIDE + GAP) * (2 if overlay else 1)))


def draw_examples(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """Strips of crops, each above the same crop overlaid with the unit's response, and the largest response below."""
    layer, unit = _layer(results, figure), figure.provenance["unit"]
    rows, overlay = _strips(results, figure)
    pixels = probe_pixels(results, (int(index) for index in layer.examples.image[unit] if index >= 0))
    y = 0.0
    for row in rows:
        before = ""
        pair = LEVELS[layer.examples.levels[row[0]]].kinds  # one image a title: titles need more room
        wide = (SIDE + GAP) * (2 if pair else 1)
        for column, slot in enumerate(row):
            image = results.probes.images[int(layer.examples.image[unit, slot])]
            x, level = column * wide, LEVELS[layer.examples.levels[slot]].title
            if level != before:
                axes.text(x, y + LABEL * 0.7, level, fontsize=7, color=INK)
            before = level
            mark = f" {image.kind}" if image.kind in OBJECTS else ""
            _example(axes, layer, (unit, slot), pixels, (x, y + LABEL), mark)
        y += 2 * LABEL + (SIDE + GAP) * (2 if overlay else 1)
    frame(axes, INNER, _examples_height(results, figure))


def _example(
    axes: Any,
    layer: LayerResults,
    which: tuple[int, int],
    pixels: Mapping[int, Array],
    corner: tuple[float, float],
    mark: str,
) -> None:
    examples = layer.examples
    image = pixels[int(examples.image[which])]
    left, top, right, bottom = box = tuple(examples.box[which].tolist())
    window = crop(box, image.shape[0])
    place(axes, window.cut(image), corner, SIDE)
    x, y = corner
    if layer.spec.spatial:
        y += SIDE + GAP
        field = np.s_[top:bottom, left:right]
        lit = image.copy()
        lit[field] = overlaid(image[field], examples.heat[which])
        place(axes, window.cut(lit), (x, y), SIDE)
    words = number(examples.value[which]) + mark
    axes.text(x + SIDE / 2, y + SIDE + LABEL * 0.75, words, fontsize=5.2 if mark else 6.5, color=INK, ha="center")


DRAWINGS.add("examples", Drawing(_examples_height, draw_examples))


# ---------------------------------------------------------------- histogram


def draw_histogram(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """Bars of the probe images' largest responses, marks at percentiles and at the response to the visualization."""
    layer, unit = _layer(results, figure), figure.provenance["unit"]
    stats, picture = layer.stats, layer.pictures.get(unit)
    low, high = (float(edge) for edge in stats.edges[unit])
    edges = np.linspace(low, high, stats.counts.shape[1] + 1)
    axes.stairs(stats.counts[unit], edges, fill=True, color=QUIET)
    marks = [
        ("median", stats.p50[unit], INK, ":"),
        ("90th percentile", stats.p90[unit], INK, "--"),
        ("largest response to an image", stats.largest[unit], ACCENT, "-"),
    ]
    if picture is not None and math.isfinite(picture.score_max):
        marks.append(("response to the visualization", picture.score_max, SECOND, "-"))
    for name, value, colour, style in marks:
        axes.axvline(float(value), color=colour, linestyle=style, linewidth=1, label=f"{name}, {number(value)}")
    what = "largest response to an image" if layer.spec.spatial else "response to an image"
    axes.set_xlabel(what, color=INK, fontsize=8)
    axes.set_ylabel("probe images", color=INK, fontsize=8)
    axes.tick_params(labelsize=7, colors=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.02)
    axes.set_ylim(top=1.3 * max(1, int(stats.counts[unit].max())))  # room for the legend
    axes.legend(loc="upper left", ncols=2, framealpha=1, edgecolor="none", fontsize=7, labelcolor=INK)


DRAWINGS.add("histogram", Drawing(lambda results, figure: 3.2, draw_histogram, indent=0.5))


# ---------------------------------------------------------------- map


def draw_map(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """A point for each probe image; over them the cells, each with its icon or its nearest probe image."""
    layer = _layer(results, figure)
    if layer.layout is not None:
        x, y = layer.layout.xy.T * INNER
        axes.scatter(x, y, s=3, color=QUIET, linewidths=0, zorder=0)
    if layer.cells is not None:
        cells, step = layer.cells, INNER / layer.cells.grid
        bare = [int(near) for near, icon in zip(cells.nearest, cells.icon, strict=True) if icon is None]
        pixels = probe_pixels(results, bare) if results.probes.publish else {}
        for column, row, near, icon in zip(cells.column, cells.row, cells.nearest, cells.icon, strict=True):
            rgb = icon if icon is not None else pixels.get(int(near))
            if rgb is not None:
                place(axes, rgb, ((column + 0.04) * step, (row + 0.04) * step), 0.92 * step)
    frame(axes, INNER, INNER)


DRAWINGS.add("map", Drawing(lambda results, figure: INNER, draw_map))


# ---------------------------------------------------------------- sheets


def _columns(units: int) -> int:
    return max(6, math.ceil(math.sqrt(1.5 * units)))


def draw_units(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """All feature visualizations of a layer in the order of their units."""
    layer = _layer(results, figure)
    shown, columns = sorted(layer.pictures), _columns(len(layer.pictures))
    rows = [shown[start : start + columns] for start in range(0, len(shown), columns)]
    montage(axes, [[layer.pictures[unit].rgb for unit in row] for row in rows])


def _units_height(results: AtlasResults, figure: Figure) -> float:
    columns = _columns(len(figure.files))
    return INNER / min(columns, len(figure.files)) * math.ceil(len(figure.files) / columns)


DRAWINGS.add("units", Drawing(_units_height, draw_units))


def _wall(figure: Figure) -> list[list[str]]:
    """Slugs of the wall's units: a row for each layer, in the order of networks and layers."""
    rows: dict[str, list[str]] = {}
    for slug in figure.provenance["units"]:
        rows.setdefault(slug.rpartition("/")[0], []).append(slug)
    return list(rows.values())


def draw_wall(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """The wall, turned for print: a row for each layer."""
    montage(axes, [[_picture(results, slug) for slug in row] for row in _wall(figure)])


def _picture(results: AtlasResults, slug: str) -> Array:
    return locate(results, slug)[1].pictures[int(slug.rpartition("/")[2])].rgb


def _wall_height(results: AtlasResults, figure: Figure) -> float:
    rows = _wall(figure)
    return INNER / max(len(row) for row in rows) * len(rows)


DRAWINGS.add("wall", Drawing(_wall_height, draw_wall))
