"""The page of a generator, with its pictures and the data of its latent map."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from PIL import Image

from atlas.chapters.generative.direction_report import DirectionReport
from atlas.chapters.generative.direction_study import DirectionStudy
from atlas.chapters.generative.figures.codes import code_names
from atlas.chapters.generative.figures.directions import (
    ATTRIBUTE,
    direction_label,
    direction_title,
    is_better,
    target_kept,
    towards,
)
from atlas.chapters.generative.figures.generator import unread
from atlas.chapters.generative.figures.tiles import code_tiles, path_tiles
from atlas.chapters.generative.method import Method
from atlas.chapters.generative.methods import METHODS
from atlas.chapters.generative.places import generator_page, picture_file
from atlas.chapters.generative.records import GeneratorResults
from atlas.core.results import Figure
from atlas.core.specs import Array, GeneratorSpec, NetworkSpec
from atlas.networks import NETWORKS
from atlas.publish.chart import Line, chart
from atlas.publish.context import AtlasContext
from atlas.publish.finding import Finding
from atlas.publish.metadata import xmp
from atlas.publish.page import Asset, Item, Page
from atlas.publish.pixels import avif, contact_sheet, scaled, tiled
from atlas.publish.script import FINE, put

SHEET, COLUMNS = 32, 16  # pictures of the opening sheet
MAP_CELLS, MAP_TILE = 20, 48
ROW = 64  # pixels of a frame in a list of directions


def pages(
    context: AtlasContext, generator: GeneratorResults, figures: Mapping[str, Figure], found: Sequence[Finding]
) -> Iterator[Item]:
    """The generator's page with all that it shows."""
    yield from _pictures(context, generator, figures)
    yield _page(context, generator, figures, found)
    yield Asset(f"generative/{generator.spec.name}/points.js", put("map", _points(generator)))


def _page(
    context: AtlasContext, generator: GeneratorResults, figures: Mapping[str, Figure], found: Sequence[Finding]
) -> Page:
    spec, study = generator.spec, generator.directions
    values = {
        "spec": spec,
        "findings": found,
        "card": generator.card,
        "study": study,
        "codes": generator.codes,
        "code_names": code_names(generator.codes.alignment) if generator.codes else (),
        "layers": generator.units.layers,
        "figures": figures,
        "groups": _groups(study),
        "methods": METHODS,
        "direction_title": direction_title,
        "direction_label": direction_label,
        "towards": towards,
        "is_better": is_better,
        "attribute": ATTRIBUTE,
        "picture_file": picture_file,
        "spectrum": chart([_power(generator)], zero=False),
        "kept": target_kept(study.rescoring),
        "shares": chart(_shares(study)),
        "stable": chart(_stabilities(study)),
        "map_side": MAP_CELLS * MAP_TILE,
        "sheet_size": _sheet_size(generator),
        "unread": unread(spec),
        "discriminator": _discriminator(spec),
        "networks_here": context.hues,
    }
    return Page(generator_page(spec.name), "generative/generator.html", values)


def _groups(study: DirectionStudy) -> list[tuple[Method, list[DirectionReport]]]:
    """The directions by method, in the order of the methods."""
    groups = {name: [one for one in study.directions if one.method == name] for name in METHODS}
    return [(METHODS[name], reports) for name, reports in groups.items() if reports]


def _power(generator: GeneratorResults) -> Line:
    power = generator.quality.power[1:]
    return Line(generator.spec.title, tuple(range(1, len(power) + 1)), tuple((10 * np.log10(power + 1e-12)).tolist()))


def _shares(study: DirectionStudy) -> list[Line]:
    """Each direction's share of the spectrum, in percent, by rank; a line for each method that ranks its own."""
    return [
        _by_rank(name, [100 * report.weight for report in study.directions if report.method == name])
        for name in study.stability
    ]


def _stabilities(study: DirectionStudy) -> list[Line]:
    return [_by_rank(name, values) for name, values in study.stability.items()]


def _by_rank(method: str, values: Sequence[float]) -> Line:
    return Line(METHODS[method].title, tuple(range(len(values))), tuple(values))


def _discriminator(spec: GeneratorSpec) -> NetworkSpec | None:
    """The discriminator in the generator's weight file, where it is a network of the atlas."""
    pinned = spec.weights.sha256
    return next((one for one in NETWORKS.values() if pinned and one.weights.sha256 == pinned), None)


def _sheet_size(generator: GeneratorResults) -> tuple[int, int]:
    side = generator.sample.rgb.shape[1]
    shown = side * (2 if side < 64 else 1)
    return COLUMNS * shown, SHEET // COLUMNS * shown


# ---------------------------------------------------------------- pictures


def _pictures(context: AtlasContext, generator: GeneratorResults, figures: Mapping[str, Figure]) -> Iterator[Asset]:
    name, study = generator.spec.name, generator.directions
    for report in study.directions:
        row = contact_sheet([scaled(frame, ROW) for frame in report.strip[:, 0]], len(report.strip), ROW)
        yield Asset(picture_file(name, f"{report.name}-row"), avif(row, quality=56, photographs=True))
    yield Asset(picture_file(name, "agreement"), _shades(study.cosines))
    for what, picture in _sheets(generator).items():
        record = xmp(figures[what], context.base_url, imprint=context.imprint)
        yield Asset(picture_file(name, what), avif(picture, quality=58, photographs=True, xmp=record))


def _sheets(generator: GeneratorResults) -> dict[str, Array]:
    """The pictures of figures, by figure."""
    paths, codes = path_tiles(generator.quality), generator.codes
    sheets = {
        "sample": tiled(list(generator.sample.rgb[:SHEET]), COLUMNS),
        "latents": _mosaic(generator),
        "paths": _sheet(paths),
    }
    sheets |= {report.name: _sheet(report.strip.swapaxes(0, 1)) for report in generator.directions.directions}
    if codes:
        sheets["codes"] = _sheet(code_tiles(codes.grid))
        sheets["real"] = tiled([*codes.real.made, *codes.real.nearest], len(codes.real.made))
    return sheets


def _sheet(tiles: Array) -> Array:
    """Rows of pictures [R, C, S, S, 3] as one."""
    return tiled(list(tiles.reshape(-1, *tiles.shape[2:])), tiles.shape[1])


def _shades(cosines: Array) -> bytes:
    """The matrix of |cosines| as one pixel square each, white to the accent: twelve pixels a side, exact."""
    ink, paper = np.array([176, 58, 26]), np.array([243, 240, 233])
    pixels = np.rint(paper + (ink - paper) * cosines[..., None]).astype(np.uint8).repeat(12, 0).repeat(12, 1)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", lossless=True, method=4)
    return file.getvalue()


# ---------------------------------------------------------------- the latent map


def cells_of(generator: GeneratorResults) -> list[tuple[int, int, int, int]]:
    """(column, row, how many, the picture nearest to the middle) of each cell of the latent map that holds any."""
    xy = generator.layout.xy
    cell = np.minimum((xy * MAP_CELLS).astype(int), MAP_CELLS - 1)
    cells = []
    for column, row in sorted(set(map(tuple, cell.tolist()))):
        inside = np.flatnonzero((cell == (column, row)).all(1))
        middle = (np.array([column, row]) + 0.5) / MAP_CELLS
        nearest = inside[((xy[inside] - middle) ** 2).sum(1).argmin()]
        cells.append((column, row, len(inside), int(nearest)))
    return cells


def _mosaic(generator: GeneratorResults) -> Array:
    canvas = np.zeros((MAP_CELLS * MAP_TILE, MAP_CELLS * MAP_TILE, 4), np.uint8)
    for column, row, _, picture in cells_of(generator):
        block = canvas[row * MAP_TILE : (row + 1) * MAP_TILE, column * MAP_TILE : (column + 1) * MAP_TILE]
        block[..., :3], block[..., 3] = scaled(generator.sample.rgb[picture], MAP_TILE), 255
    return canvas


def _points(generator: GeneratorResults) -> dict[str, object]:
    """The data of the map viewer (`templates/static/map.js`): cells, each with its category, and all positions."""
    spec = generator.spec
    choice = generator.sample.z[:, spec.free :].argmax(1).tolist() if spec.choices else [0] * len(generator.sample.z)
    return {
        "grid": MAP_CELLS,
        "cells": [(column, row, many, choice[at], 0, at) for column, row, many, at in cells_of(generator)],
        "classes": list(spec.choices) or [""],
        "xy": np.rint(generator.layout.xy.astype(float) * FINE).astype(int).ravel().tolist(),
        "names": None,
        "icons": "",
        "probes": "",
    }
