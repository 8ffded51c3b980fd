"""How the figures of the generative chapter are drawn for export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from atlas.chapters.generative.dissect import Dissection
from atlas.chapters.generative.figures.directions import ATTRIBUTE, direction_title
from atlas.chapters.generative.figures.seeds import seeds_of, training_lines
from atlas.chapters.generative.figures.tiles import code_tiles, path_tiles, unit_tiles
from atlas.chapters.generative.methods import METHODS
from atlas.chapters.generative.records import GeneratorResults, chapter_of
from atlas.core.results import AtlasResults, Figure
from atlas.core.specs import Array
from atlas.publish.drawing import ACCENT, DRAWINGS, INK, INNER, QUIET, Drawing


def _parts(results: AtlasResults, figure: Figure) -> tuple[GeneratorResults, str]:
    _, name, what = figure.id.split("/")
    return next(one for one in chapter_of(results).generators if one.spec.name == name), what


def picture_of(generator: GeneratorResults, what: str) -> Array | None:
    """[H, W, 3] uint8: the figure's pictures side by side, or None where it is a table or a plot."""
    if what in TILES:
        return _rows(TILES[what](generator))
    if report := generator.directions.report(what):
        return _rows(report.strip.swapaxes(0, 1))
    return _dissected(generator.units.dissections, what)


def _sample(generator: GeneratorResults) -> Array:
    rgb = generator.sample.rgb
    return rgb[:32].reshape(4, 8, *rgb.shape[1:])


def _codes(generator: GeneratorResults) -> Array:
    assert generator.codes is not None  # else it has no such figure
    return code_tiles(generator.codes.grid)


def _real(generator: GeneratorResults) -> Array:
    assert generator.codes is not None  # else it has no such figure
    return np.stack([generator.codes.real.made, generator.codes.real.nearest])


TILES: Mapping[str, Callable[[GeneratorResults], Array]] = {
    "sample": _sample,
    "codes": _codes,
    "paths": lambda generator: path_tiles(generator.quality),
    "real": _real,
}
"""The figures that are rows of pictures [R, C, S, S, 3]."""


def _dissected(dissections: Mapping[str, Dissection], what: str) -> Array | None:
    """`units-LAYER` or `LAYER-UNIT`: a row of pictures for each unit."""
    layer, _, unit = what.rpartition("-") if not what.startswith("units-") else (what.removeprefix("units-"), "", "")
    if layer not in dissections:
        return None
    found = dissections[layer]
    shown = [index for index, number in enumerate(found.units.tolist()) if unit in ("", str(number))]
    return _rows(np.stack([unit_tiles(found.row(index)) for index in shown]))


def _rows(tiles: Array) -> Array:
    """[R, C, S, S, 3] to one picture."""
    rows, columns, size = tiles.shape[:3]
    whole: Array = tiles.transpose(0, 2, 1, 3, 4).reshape(rows * size, columns * size, 3)
    return whole


def _height(results: AtlasResults, figure: Figure) -> float:
    picture = picture_of(*_parts(results, figure))
    return 3.2 if picture is None else INNER * picture.shape[0] / picture.shape[1]


def _draw(results: AtlasResults, figure: Figure, axes: Any) -> None:
    generator, what = _parts(results, figure)
    picture = picture_of(generator, what)
    if picture is not None:
        axes.set_axis_off()
        axes.imshow(picture, aspect="auto", interpolation="nearest")
    else:
        PLOTS[what](generator, axes)


def _map(generator: GeneratorResults, axes: Any) -> None:
    axes.set_axis_off()
    xy = generator.layout.xy
    axes.scatter(xy[:, 0], 1 - xy[:, 1], s=3, color=ACCENT, linewidths=0)


def _label(axes: Any, x: str, y: str) -> None:
    axes.set_xlabel(x, fontsize=7, color=INK)
    axes.set_ylabel(y, fontsize=7, color=INK)
    axes.tick_params(labelsize=6, colors=INK)


def _spectrum(generator: GeneratorResults, axes: Any) -> None:
    power = generator.quality.power
    axes.plot(np.arange(1, len(power)), 10 * np.log10(power[1:] + 1e-12), color=ACCENT, linewidth=1)
    _label(axes, "cycles per image", "power, dB")


def _matrix(axes: Any, table: Array, rows: list[str], columns: list[str]) -> None:
    axes.imshow(np.abs(table), aspect="auto", cmap="Blues", interpolation="nearest")
    axes.set_yticks(range(len(rows)), rows, fontsize=4.5, color=INK)
    axes.set_xticks(range(len(columns)), columns, fontsize=4.5, color=INK, rotation=60, ha="right")
    axes.tick_params(length=0)


def _rescoring(generator: GeneratorResults, axes: Any) -> None:
    study = generator.directions
    names = [ATTRIBUTE[name].title for name in study.attributes]
    columns = [*names, *(f"{name}, conditional" for name in names)]
    _matrix(axes, np.concatenate([study.rescoring.plain, study.rescoring.conditional], 1), names, columns)


def _agreement(generator: GeneratorResults, axes: Any) -> None:
    names = [direction_title(report) for report in generator.directions.directions]
    _matrix(axes, generator.directions.cosines, names, names)


def _stability(generator: GeneratorResults, axes: Any) -> None:
    for (name, values), colour in zip(generator.directions.stability.items(), (ACCENT, QUIET), strict=False):
        axes.plot(range(len(values)), values, "o-", color=colour, linewidth=1, markersize=3, label=METHODS[name].title)
    axes.set_ylim(0, 1.02)
    _label(axes, "direction", "mean |cosine| over bootstrap repeats")
    axes.legend(fontsize=6, frameon=False)


PLOTS = {
    "latents": _map,
    "spectrum": _spectrum,
    "rescoring": _rescoring,
    "agreement": _agreement,
    "stability": _stability,
}
DRAWINGS.add("generative", Drawing(_height, _draw, indent=0.35))


def _draw_seeds(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """Bounds in one colour, gaps in another; a seed is a style of line."""
    for index, line in enumerate(training_lines(seeds_of(chapter_of(results)))):
        style = ("-", "--", ":", "-.")[index // 2 % 4]
        axes.plot(line.x, line.y, style, color=(QUIET, ACCENT)[index % 2], linewidth=1, label=line.name)
    axes.set_ylim(0, 1.02)
    _label(axes, "training steps", "share of the maximum")
    axes.legend(fontsize=6, frameon=False)


DRAWINGS.add("generative-seeds", Drawing(lambda results, figure: 3.2, _draw_seeds, indent=0.35))
