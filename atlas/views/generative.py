"""The generative chapter: an opening page, a page for each generator and each direction (its passport); units are in `dissection.py`."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from atlas.figures.generative import (
    ATTRIBUTE,
    CHAPTER,
    METHODS,
    best,
    direction_label,
    direction_title,
    generator_figures,
    is_better,
    towards,
    unread,
)
from atlas.figures.metadata import xmp
from atlas.figures.places import drawn_file, generator_page, passport_page
from atlas.figures.recurrent import Line
from atlas.measured import Figure, GeneratorResults
from atlas.networks import NETWORKS
from atlas.types import Array, GeneratorSpec, NetworkSpec
from atlas.views import ATLAS_VIEWS, dissection
from atlas.views.chart import chart
from atlas.views.desk import Chapter, Desk
from atlas.views.map import FINE
from atlas.views.page import Asset, Item, Page
from atlas.views.pixels import avif, contact_sheet, scaled, tiled
from atlas.views.script import put

SHEET, COLUMNS = 32, 16  # pictures of the opening sheet
MAP_CELLS, MAP_TILE = 20, 48
ROW = 64  # pixels of a frame in a list of directions


def pages(desk: Desk, chapters: Sequence[Chapter]) -> Iterator[Item]:
    """The chapter, where the recipe has generators."""
    generators = desk.results.generators
    if not generators:
        return
    seeds = [generator for generator in generators if "codes" in generator.facts]
    yield Page(CHAPTER, "generative.html", {
        "generators": [(one, best(one.facts["directions"]["directions"], 3)) for one in generators],
        "drawn_file": drawn_file, "generator_page": generator_page, "passport_page": passport_page,
        "direction_title": direction_title, "direction_label": direction_label, "towards": towards, "attribute": ATTRIBUTE, "methods": METHODS,
        "seeds": seeds, "training": _training(seeds),
    })  # fmt: skip
    for generator in generators:
        figures = {figure.id.rpartition("/")[2]: figure for figure in generator_figures(desk.results, generator)}
        yield from _assets(desk, generator, figures)
        yield from _generator(desk, generator, figures)
        for record in generator.facts["directions"]["directions"]:
            yield _passport(generator, record, figures[record["name"]])
        for layer in generator.facts["dissections"]["layers"]:
            yield from dissection.pages(generator, layer, figures)


# ---------------------------------------------------------------- a generator


def _generator(desk: Desk, generator: GeneratorResults, figures: Mapping[str, Figure]) -> Iterator[Item]:
    spec, facts, arrays = generator.spec, generator.facts, generator.arrays
    records = facts["directions"]["directions"]
    context = {
        "spec": spec, "card": generator.card, "facts": facts, "arrays": arrays, "figures": figures,
        "groups": [(name, METHODS[name], [r for r in records if r["method"] == name]) for name in METHODS
                   if any(r["method"] == name for r in records)],
         "records": records, "direction_title": direction_title, "direction_label": direction_label, "towards": towards, "is_better": is_better,
        "attribute": ATTRIBUTE, "drawn_file": drawn_file, "frames": arrays["directions"][f"{records[0]['name']}/strip"].shape[0],
        "spectrum": chart([Line(spec.title, tuple(range(1, len(arrays["qualities"]["power"]))),
                                tuple((10 * np.log10(arrays["qualities"]["power"][1:] + 1e-12)).tolist()))], zero=False),
        "map_side": MAP_CELLS * MAP_TILE,
        "sheet_size": _sheet_size(generator), "unread": unread(spec), "judge": _judge(spec), "judges": desk.hues,
    }  # fmt: skip
    yield Page(generator_page(spec.name), "generator.html", context)
    yield Asset(f"generative/{spec.name}/points.js", put("map", _points(generator)))


def _judge(spec: GeneratorSpec) -> NetworkSpec | None:
    """The discriminator that was trained with the generator and lies in the same file, where it is a network of the atlas."""
    pinned = spec.weights.sha256
    return next((one for one in NETWORKS.values() if pinned and one.weights.sha256 == pinned), None)


def _sheet_size(generator: GeneratorResults) -> tuple[int, int]:
    side = generator.arrays["generated"]["rgb"].shape[1]
    shown = side * (2 if side < 64 else 1)
    return COLUMNS * shown, SHEET // COLUMNS * shown


def _assets(desk: Desk, generator: GeneratorResults, figures: Mapping[str, Figure]) -> Iterator[Item]:
    name, arrays = generator.spec.name, generator.arrays
    made = {
        "sample": tiled(list(arrays["generated"]["rgb"][:SHEET]), COLUMNS),
        "latents": _mosaic(generator),
        "paths": _paths(arrays["qualities"]),
    }
    for record in generator.facts["directions"]["directions"]:
        strip = arrays["directions"][f"{record['name']}/strip"]  # [D, N, S, S, 3]
        made[record["name"]] = tiled(list(strip.swapaxes(0, 1).reshape(-1, *strip.shape[2:])), len(strip))
        row = contact_sheet([scaled(frame, ROW) for frame in strip[:, 0]], len(strip), ROW)
        yield Asset(drawn_file(name, f"{record['name']}-row"), avif(row, quality=56, photographs=True))
    if "codes" in arrays:
        grid = arrays["codes"]["grid"]
        made["codes"] = tiled(list(grid.reshape(-1, *grid.shape[3:])), grid.shape[2])
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


def _paths(quality: Mapping[str, Array]) -> Array:
    lines, cut = quality["interpolation"], quality["truncation"]
    blank = np.full_like(cut[0, 0], 255)
    rows = [*lines, *(np.concatenate([row, [blank] * (lines.shape[1] - len(row))]) for row in cut)]
    return tiled([rgb for row in rows for rgb in row], lines.shape[1])


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
    own = {key: arrays[f"{record['name']}/{key}"] for key in ("curve", "effect", "identity", "doses", "strip")}
    names, target = facts["attributes"], facts["attributes"].index(record["target"])
    others = sorted((i for i in range(len(names)) if i != target), key=lambda i: -abs(own["effect"][i]))[:3]
    doses = tuple(own["doses"].tolist())
    lines = [Line(ATTRIBUTE[names[i]].title, doses, tuple(own["curve"][:, i].tolist())) for i in (target, *others)]
    at = next(i for i, other in enumerate(facts["directions"]) if other["name"] == record["name"])
    cosines = arrays["cosines"][at]
    alike = [
        i for i in np.argsort(-cosines, kind="stable").tolist() if facts["directions"][i]["method"] != record["method"]
    ][:3]
    side = spec.size * (2 if spec.size < 64 else 1)
    context = {
        "spec": spec, "record": record, "figure": figure, "file": drawn_file(spec.name, record["name"]), "facts": facts,
        "title": direction_title(record), "method": METHODS[record["method"]], "towards": towards(record),
        "attribute": ATTRIBUTE, "better": is_better(record), "doses": doses, "side": side,
        "curve": chart(lines), "identity": chart([Line("other content kept", doses, tuple(own["identity"].tolist()))]),
        "effects": [(ATTRIBUTE[name].title, value, name == record["target"])
                    for name, value in zip(names, own["effect"].tolist(), strict=True)],
        "alike": [(direction_title(facts["directions"][i]), facts["directions"][i]["name"], float(cosines[i])) for i in alike],
    }  # fmt: skip
    return Page(passport_page(spec.name, record["name"]), "passport.html", context)


def _training(seeds: Sequence[GeneratorResults]) -> dict[str, Any] | None:
    """Bound and alignment over training in one plot: shares of what could be reached."""
    if not seeds:
        return None
    lines = []
    for generator in seeds:
        assert generator.card is not None
        rows = generator.card["curve"]
        steps, seed = tuple(float(row["step"]) for row in rows), generator.card["recipe"]["seed"]
        choices = np.log(len(generator.spec.choices))
        lines.append(
            Line(
                f"bound of the choice, seed {seed}",
                steps,
                tuple(max(0.0, row["bound_choice"] / choices) for row in rows),
            )
        )
        lines.append(Line(f"mutual information gap, seed {seed}", steps, tuple(row["mig"] for row in rows)))
    return chart(lines)


ATLAS_VIEWS.add("generative", pages)
