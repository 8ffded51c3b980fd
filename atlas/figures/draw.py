"""What a plate shows, one drawing a kind of figure: made with matplotlib from results, not from the site's files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from atlas.figures.catalogue import locate
from atlas.figures.words import number
from atlas.images.webp import decode
from atlas.measured import AtlasResults, Figure, LayerResults
from atlas.registry import Registry
from atlas.types import Array

WIDTH = 6.5  # inches: a plate fits A4 and US letter
MARGIN = 0.3
INNER = WIDTH - 2 * MARGIN
INK, QUIET, ACCENT, SECOND = "#1c1b19", "#a9a49a", "#0072b2", "#d55e00"  # the last two of Okabe and Ito
GAP = 0.05  # inches between crops


@dataclass(frozen=True)
class Drawing:
    """How a kind of figure is drawn: its height in inches, and what draws it onto axes of INNER x height inches."""

    height: Callable[[AtlasResults, Figure], float]
    draw: Callable[[AtlasResults, Figure, Any], None]
    indent: float = 0.0  # inches left and below for the numbers on its axes


DRAWINGS: Registry[Drawing] = Registry("kind of figure")


def _layer(results: AtlasResults, figure: Figure) -> LayerResults:
    return locate(results, figure.id)[1]


def _pixels(results: AtlasResults, wanted: Iterable[int]) -> dict[int, Array]:
    """The probe images with these indices, [S, S, 3] uint8; parts are read up to the last one that is needed."""
    left, start = set(wanted), 0
    found: dict[int, Array] = {}
    for part in results.parts():
        here = sorted(index for index in left if index < start + len(part.webp))
        found |= {index: decode([part.webp[index - start]])[0] for index in here}
        left.difference_update(here)
        start += len(part.webp)
        if not left:
            break
    return found


def _place(axes: Any, rgb: Array, corner: tuple[float, float], side: float) -> None:
    """Put a picture into the square of `side` at `corner` (its left, its top), in its own proportions."""
    height, width = rgb.shape[:2]
    w, h = side * width / max(height, width), side * height / max(height, width)
    x, y = corner[0] + (side - w) / 2, corner[1] + (side - h) / 2
    axes.imshow(rgb, extent=(x, x + w, y + h, y), aspect="auto", interpolation="none")


def frame(axes: Any, width: float, height: float) -> None:
    """Axes without axes, in inches, y downwards (after the pictures, which move the limits)."""
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()


# ---------------------------------------------------------------- one picture


def draw_channel(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """The picture as it was optimized."""
    side = 4.5
    _place(axes, _layer(results, figure).pictures[figure.provenance["unit"]].rgb, ((INNER - side) / 2, 0), side)
    frame(axes, INNER, side)


DRAWINGS.add("channel", Drawing(lambda results, figure: 4.5, draw_channel))


# ---------------------------------------------------------------- examples

LABEL = 0.2  # inches: the line of words above and of numbers below a strip
SIDE = (INNER - 8 * GAP) / 9


def _strips(results: AtlasResults, figure: Figure) -> tuple[list[list[int]], bool]:
    """The places in Examples of each strip (top; the other levels), and whether they get a row with the overlay."""
    layer, unit = _layer(results, figure), figure.provenance["unit"]
    there = [place for place, image in enumerate(layer.examples.image[unit]) if image >= 0]
    top = [place for place in there if layer.examples.levels[place] == "top"]
    rows = [top[start : start + 9] for start in range(0, len(top), 9)]
    rest = [place for place in there if layer.examples.levels[place] != "top"]
    rows += [rest[start : start + 9] for start in range(0, len(rest), 9)]
    return rows, layer.spec.spatial


def _examples_height(results: AtlasResults, figure: Figure) -> float:
    rows, overlay = _strips(results, figure)
    return max(0.5, len(rows) * (2 * LABEL + (SIDE + GAP) * (2 if overlay else 1)))


def draw_examples(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """Strips of crops, each above the same crop with the unit's response over it, and the largest response below."""
    layer, unit = _layer(results, figure), figure.provenance["unit"]
    rows, overlay = _strips(results, figure)
    pixels = _pixels(results, (int(index) for index in layer.examples.image[unit] if index >= 0))
    y = 0.0
    for row in rows:
        before = ""
        for column, place in enumerate(row):
            x, level = column * (SIDE + GAP), LEVELS[layer.examples.levels[place]]
            if level != before:
                axes.text(x, y + LABEL * 0.7, level, fontsize=7, color=INK)
            before = level
            _example(axes, layer, (unit, place), pixels, (x, y + LABEL))
        y += 2 * LABEL + (SIDE + GAP) * (2 if overlay else 1)
    frame(axes, INNER, _examples_height(results, figure))


LEVELS = {"top": "Strongest", "p90": "Near the 90th percentile", "p50": "Near the median"}


def _example(
    axes: Any, layer: LayerResults, which: tuple[int, int], pixels: Mapping[int, Array], corner: tuple[float, float]
) -> None:
    examples = layer.examples
    image, box = pixels[int(examples.image[which])], examples.box[which]
    view = window(box, image.shape[0])
    _place(axes, _cut(image, view), corner, SIDE)
    x, y = corner
    if layer.spec.spatial:
        y += SIDE + GAP
        lit = image.copy()
        lit[box[1] : box[3], box[0] : box[2]] = overlaid(_cut(image, box), examples.heat[which])
        _place(axes, _cut(lit, view), (x, y), SIDE)
    axes.text(
        x + SIDE / 2, y + SIDE + LABEL * 0.75, number(examples.value[which]), fontsize=6.5, color=INK, ha="center"
    )


SMALLEST = 32  # pixels: a smaller field is shown with the surroundings that give it meaning


def window(box: Array, size: int) -> Array:
    """The part of an image `size` pixels square that shows `box` (left, top, right, bottom): SMALLEST or more."""
    spare = np.maximum(SMALLEST - (box[2:] - box[:2]), 0)
    start = np.clip(box[:2] - spare // 2, 0, np.maximum(size - SMALLEST, 0))
    start = np.where(spare > 0, start, box[:2])
    return np.concatenate([start, np.where(spare > 0, np.minimum(start + SMALLEST, size), box[2:])])


def _cut(image: Array, box: Array) -> Array:
    left, top, right, bottom = (int(edge) for edge in box)
    return image[top:bottom, left:right]


def overlaid(crop: Array, heat: Array) -> Array:
    """`crop` ([H, W, 3] uint8) under viridis, as opaque as `heat` ([G, G] uint8) is high, up to 85 %."""
    from matplotlib import colormaps
    from PIL import Image

    height, width = crop.shape[:2]
    level = np.asarray(Image.fromarray(heat).resize((width, height), Image.Resampling.BILINEAR)) / 255
    colour = colormaps["viridis"](level)[..., :3] * 255
    alpha = 0.85 * level[..., None]
    return np.rint(crop * (1 - alpha) + colour * alpha).astype(np.uint8)


DRAWINGS.add("examples", Drawing(_examples_height, draw_examples))


# ---------------------------------------------------------------- histogram


def draw_histogram(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """Bars of the probe images' largest responses, marks at percentiles and at the picture's score."""
    layer, unit = _layer(results, figure), figure.provenance["unit"]
    stats, picture = layer.stats, layer.pictures.get(unit)
    low, high = (float(edge) for edge in stats.edges[unit])
    edges = np.linspace(low, high, stats.counts.shape[1] + 1)
    axes.stairs(stats.counts[unit], edges, fill=True, color=QUIET)
    marks = [("median", stats.p50[unit], INK, ":"), ("90th percentile", stats.p90[unit], INK, "--"),
             ("largest natural response", stats.highest[unit], ACCENT, "-")]  # fmt: skip
    if picture is not None:
        marks.append(("response to the picture", picture.score_max, SECOND, "-"))
    for name, value, colour, style in marks:
        axes.axvline(float(value), color=colour, linestyle=style, linewidth=1, label=f"{name}, {number(value)}")
    axes.set_xlabel(
        "largest response of an image" if layer.spec.spatial else "response of an image", color=INK, fontsize=8
    )
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
        pixels = _pixels(results, bare) if results.probes.publish else {}
        for column, row, near, icon in zip(cells.column, cells.row, cells.nearest, cells.icon, strict=True):
            rgb = icon if icon is not None else pixels.get(int(near))
            if rgb is not None:
                _place(axes, rgb, ((column + 0.04) * step, (row + 0.04) * step), 0.92 * step)
    frame(axes, INNER, INNER)


DRAWINGS.add("map", Drawing(lambda results, figure: INNER, draw_map))


# ---------------------------------------------------------------- sheets


def montage(axes: Any, rows: Sequence[Sequence[Array]]) -> None:
    """Pictures in rows, all of one size."""
    columns = max(len(row) for row in rows)
    side = INNER / columns
    for y, row in enumerate(rows):
        for x, rgb in enumerate(row):
            _place(axes, rgb, ((x + 0.02) * side, (y + 0.02) * side), 0.96 * side)
    frame(axes, INNER, side * len(rows))


def _columns(units: int) -> int:
    return max(6, math.ceil(math.sqrt(1.5 * units)))


def draw_units(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """All pictures of a layer in the order of their units."""
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
