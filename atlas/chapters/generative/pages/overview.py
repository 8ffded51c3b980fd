"""The generative chapter: an opening page, a page for each generator and each direction (its passport); units are in `dissection.py`."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from atlas.chapters.generative.figures.generator import (
    ATTRIBUTE,
    CHAPTER,
    best,
    direction_label,
    direction_title,
    generator_figures,
    is_better,
    target_kept,
    towards,
    unread,
)
from atlas.chapters.generative.figures.seeds import seeds_figure, seeds_of, spread_of, training_lines
from atlas.chapters.generative.figures.tiles import code_tiles, path_tiles
from atlas.chapters.generative.methods import METHODS
from atlas.chapters.generative.pages import PAGES, dissection
from atlas.chapters.generative.pages.edit_curves import dose_curves
from atlas.chapters.generative.places import drawn_file, generator_page, passport_page
from atlas.chapters.generative.records import GeneratorResults, chapter_of
from atlas.core.results import Figure
from atlas.core.specs import Array, GeneratorSpec, NetworkSpec
from atlas.networks import NETWORKS
from atlas.publish.chart import Line, chart
from atlas.publish.context import AtlasContext
from atlas.publish.metadata import xmp
from atlas.publish.page import Asset, Item, Page
from atlas.publish.pixels import avif, contact_sheet, scaled, tiled
from atlas.publish.script import FINE, put

SHEET, COLUMNS = 32, 16  # pictures of the opening sheet
MAP_CELLS, MAP_TILE = 20, 48
ROW = 64  # pixels of a frame in a list of directions


def pages(desk: AtlasContext) -> Iterator[Item]:
    """The chapter, where the recipe has generators."""
    generators = chapter_of(desk.results).generators
    if not generators:
        return
    seeds = seeds_of(chapter_of(desk.results))
    yield Page(CHAPTER, "generative/overview.html", {
        "generators": [(one, best(one.facts["directions"]["directions"], 3)) for one in generators],
        "drawn_file": drawn_file, "generator_page": generator_page, "passport_page": passport_page,
        "direction_title": direction_title, "direction_label": direction_label, "towards": towards, "attribute": ATTRIBUTE, "methods": METHODS.values(),
        "seeds": seeds, "spread": spread_of(seeds), "training": chart(training_lines(seeds)),
        "figure": seeds_figure(chapter_of(desk.results), seeds) if seeds else None,
    })  # fmt: skip
    for generator in generators:
        figures = {figure.name: figure for figure in generator_figures(chapter_of(desk.results), generator)}
        yield from _assets(desk, generator, figures)
        yield from _generator(desk, generator, figures)
        for record in generator.facts["directions"]["directions"]:
            yield _passport(generator, record, figures[record["name"]])
        for layer in generator.facts["dissections"]["layers"]:
            yield from dissection.pages(generator, layer, figures)


# ---------------------------------------------------------------- a generator


def _generator(desk: AtlasContext, generator: GeneratorResults, figures: Mapping[str, Figure]) -> Iterator[Item]:
    spec, facts, arrays = generator.spec, generator.facts, generator.arrays
    records = facts["directions"]["directions"]
    context = {
        "spec": spec, "card": generator.card, "facts": facts, "arrays": arrays, "figures": figures,
        "groups": [(name, METHODS[name], [r for r in records if r["method"] == name]) for name in METHODS
                   if any(r["method"] == name for r in records)],
         "records": records, "methods": METHODS, "direction_title": direction_title, "direction_label": direction_label, "towards": towards, "is_better": is_better,
        "attribute": ATTRIBUTE, "drawn_file": drawn_file, "frames": arrays["directions"][f"{records[0]['name']}/strip"].shape[0],
        "spectrum": chart([_power(generator)], zero=False), "kept": target_kept(generator),
        "shares": chart(_ranked(records, facts["directions"]["stability"], None)),
        "stable": chart(_ranked(records, facts["directions"]["stability"], facts["directions"]["stability"])),
        "map_side": MAP_CELLS * MAP_TILE,
        "sheet_size": _sheet_size(generator), "unread": unread(spec), "judge": _judge(spec), "judges": desk.hues,
    }  # fmt: skip
    yield Page(generator_page(spec.name), "generative/generator.html", context)
    yield Asset(f"generative/{spec.name}/points.js", put("map", _points(generator)))


def _power(generator: GeneratorResults) -> Line:
    power = generator.arrays["qualities"]["power"][1:]
    return Line(generator.spec.title, tuple(range(1, len(power) + 1)), tuple((10 * np.log10(power + 1e-12)).tolist()))


def _ranked(
    records: Sequence[Mapping[str, Any]], methods: Mapping[str, Any], values: Mapping[str, Sequence[float]] | None
) -> list[Line]:
    """A line for each method that ranks its directions: by rank, the given values, or the share of its spectrum in percent."""
    lines = []
    for name in methods:
        shares = [100 * record["weight"] for record in records if record["method"] == name]
        shown = shares if values is None else values[name]
        lines.append(Line(METHODS[name].title, tuple(range(len(shown))), tuple(shown)))
    return lines


def _judge(spec: GeneratorSpec) -> NetworkSpec | None:
    """The discriminator that was trained with the generator and lies in the same file, where it is a network of the atlas."""
    pinned = spec.weights.sha256
    return next((one for one in NETWORKS.values() if pinned and one.weights.sha256 == pinned), None)


def _sheet_size(generator: GeneratorResults) -> tuple[int, int]:
    side = generator.arrays["generated"]["rgb"].shape[1]
    shown = side * (2 if side < 64 else 1)
    return COLUMNS * shown, SHEET // COLUMNS * shown


def _assets(desk: AtlasContext, generator: GeneratorResults, figures: Mapping[str, Figure]) -> Iterator[Item]:
    name, arrays = generator.spec.name, generator.arrays
    made = {
        "sample": tiled(list(arrays["generated"]["rgb"][:SHEET]), COLUMNS),
        "latents": _mosaic(generator),
        "paths": tiled(
            [rgb for row in path_tiles(arrays["qualities"]) for rgb in row],
            len(arrays["qualities"]["interpolation"][0]),
        ),
    }
    for record in generator.facts["directions"]["directions"]:
        strip = arrays["directions"][f"{record['name']}/strip"]  # [D, N, S, S, 3]
        made[record["name"]] = tiled(list(strip.swapaxes(0, 1).reshape(-1, *strip.shape[2:])), len(strip))
        row = contact_sheet([scaled(frame, ROW) for frame in strip[:, 0]], len(strip), ROW)
        yield Asset(drawn_file(name, f"{record['name']}-row"), avif(row, quality=56, photographs=True))
    if "codes" in arrays:
        rows = code_tiles(arrays["codes"])
        made["codes"] = tiled([rgb for row in rows for rgb in row], rows.shape[1])
        made["real"] = tiled([*arrays["codes"]["made"], *arrays["codes"]["nearest"]], len(arrays["codes"]["made"]))
    yield Asset(drawn_file(name, "agreement"), _shades(arrays["directions"]["cosines"]))
    for what, picture in made.items():
        yield Asset(
            drawn_file(name, what), avif(picture, quality=58, photographs=True, xmp=xmp(figures[what], desk.base_url))
        )


def _shades(cosines: Array) -> bytes:
    """The matrix of |cosines| as one pixel square each, white to the accent: twelve pixels a side, exact."""
    ink, paper = np.array([176, 58, 26]), np.array([243, 240, 233])
    pixels = np.rint(paper + (ink - paper) * cosines[..., None]).astype(np.uint8).repeat(12, 0).repeat(12, 1)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", lossless=True, method=4)
    return file.getvalue()


def cells_of(generator: GeneratorResults) -> list[tuple[int, int, int, int]]:
    """(column, row, how many, the picture nearest to the middle) of each cell of the latent map that holds any."""
    xy = generator.arrays["latents"]["xy"]
    place = np.minimum((xy * MAP_CELLS).astype(int), MAP_CELLS - 1)
    found = []
    for column, row in sorted(set(map(tuple, place.tolist()))):
        inside = np.flatnonzero((place == (column, row)).all(1))
        middle = (np.array([column, row]) + 0.5) / MAP_CELLS
        found.append((column, row, len(inside), int(inside[((xy[inside] - middle) ** 2).sum(1).argmin()])))
    return found


def _mosaic(generator: GeneratorResults) -> Array:
    canvas = np.zeros((MAP_CELLS * MAP_TILE, MAP_CELLS * MAP_TILE, 4), np.uint8)
    for column, row, _, picture in cells_of(generator):
        block = canvas[row * MAP_TILE : (row + 1) * MAP_TILE, column * MAP_TILE : (column + 1) * MAP_TILE]
        block[..., :3], block[..., 3] = scaled(generator.arrays["generated"]["rgb"][picture], MAP_TILE), 255
    return canvas


def _points(generator: GeneratorResults) -> dict[str, object]:
    """What the map viewer needs (see `views/map.py`): cells, and the place of every picture; a cell's class is its choice."""
    spec, arrays = generator.spec, generator.arrays
    chosen = arrays["generated"]["z"][:, spec.free :].argmax(1) if spec.choices else None
    return {
        "grid": MAP_CELLS,
        "cells": [(c, r, n, int(chosen[at]) if chosen is not None else 0, 0, at) for c, r, n, at in cells_of(generator)],
        "classes": list(spec.choices) or [""],
        "xy": np.rint(arrays["latents"]["xy"].astype(float) * FINE).astype(int).ravel().tolist(),
        "names": None, "icons": "", "probes": "",
    }  # fmt: skip


# ---------------------------------------------------------------- a direction, the seeds


def _passport(generator: GeneratorResults, record: Mapping[str, Any], figure: Figure) -> Page:
    spec, facts, arrays = generator.spec, generator.facts["directions"], generator.arrays["directions"]
    own = {key: arrays[f"{record['name']}/{key}"] for key in ("curve", "effect", "identity", "doses")}
    names, doses = facts["attributes"], tuple(own["doses"].tolist())
    curves = dose_curves(doses, own["curve"])
    order = sorted(range(len(names)), key=lambda i: (names[i] != record["target"], -abs(own["effect"][i])))
    ends, kept = (doses[0], 0.0, doses[-1]), facts["chance_identity"]
    same = [
        Line("this direction", doses, tuple(own["identity"].tolist())),
        Line("a random direction", ends, (kept, 1.0, kept)),
        Line("unrelated pictures", ends, (facts["strangers"],) * 3),
    ]
    context = {
        "spec": spec, "record": record, "figure": figure, "file": drawn_file(spec.name, record["name"]), "facts": facts,
        "title": direction_title(record), "method": METHODS[record["method"]], "towards": towards(record),
        "attribute": ATTRIBUTE, "better": is_better(record), "doses": doses, "side": spec.size * (2 if spec.size < 64 else 1),
        "curves": curves, "identity": chart(same),
        "attributes": [(ATTRIBUTE[names[i]], float(own["effect"][i]), curves["lines"][i]) for i in order],
        "alike": _alike(generator, record), "twin": _twin(facts["directions"], record),
    }  # fmt: skip
    return Page(passport_page(spec.name, record["name"]), "generative/direction.html", context)


def _twin(records: Sequence[Mapping[str, Any]], record: Mapping[str, Any]) -> str | None:
    """The plain direction of a conditional one, and the other way round."""
    other = {"hyperplane": "conditional", "conditional": "hyperplane"}.get(record["method"])
    name = f"{other}-{record['attribute']}"
    return name if any(one["name"] == name for one in records) else None


def _alike(generator: GeneratorResults, record: Mapping[str, Any]) -> list[tuple[str, str, float]]:
    """(title, name, |cosine|) of the three nearest directions of other methods."""
    records = generator.facts["directions"]["directions"]
    at = next(i for i, other in enumerate(records) if other["name"] == record["name"])
    cosines, paper = generator.arrays["directions"]["cosines"][at], METHODS[record["method"]].paper
    nearest = [i for i in np.argsort(-cosines, kind="stable").tolist() if METHODS[records[i]["method"]].paper != paper]
    return [(direction_title(records[i]), records[i]["name"], float(cosines[i])) for i in nearest[:3]]


PAGES.add("generative", pages)
