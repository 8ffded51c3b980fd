"""The chapter on recurrent networks: one page, and for each network the numbers of every cell, loaded when asked for."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from atlas.figures.recurrent import (
    PAGE,
    Line,
    closing_lines,
    context_lines,
    gate_points,
    recurrent_figures,
    shown_cell,
    winner,
)
from atlas.measured import RecurrentResults
from atlas.networks.recurrent import ALPHABET
from atlas.recurrent.concepts import CONCEPTS
from atlas.types import Array
from atlas.views import ATLAS_VIEWS
from atlas.views.desk import Chapter, Desk
from atlas.views.page import Asset, Item, Page
from atlas.views.script import put

SHOWN = 480  # characters of the passage


def pages(desk: Desk, chapters: Sequence[Chapter]) -> Iterator[Item]:
    """The chapter, where the recipe has recurrent networks."""
    results = desk.results
    if not results.recurrent:
        return
    figures = {figure.id.partition("/")[2]: figure for figure in recurrent_figures(results)}
    context = {
        "figures": figures,
        "found": [_found(network) for network in results.recurrent],
        "concepts": [
            (concept.title, [(n.spec.title, winner(n, concept.name)) for n in results.recurrent]) for concept in CONCEPTS
            if any(winner(n, concept.name) for n in results.recurrent)
        ],
        "gates": [(n.spec.title, gate, points) for n in results.recurrent for gate, points in gate_points(n)],
        "context_plot": plot(context_lines(results)),
        "closing_plots": [(kind, plot(closing_lines(results, kind))) for kind in ("bracket", "quote")],
        "kinds": [n.facts["reach"]["kinds"] for n in results.recurrent],
        "text": results.recurrent[0].text,
    }  # fmt: skip
    yield Page(PAGE, "recurrent.html", context)
    for network in results.recurrent:
        yield Asset(f"recurrent/{network.spec.name}.js", put(f"recurrent/{network.spec.name}", _numbers(network)))


def _found(network: RecurrentResults) -> dict[str, Any]:
    """What the page shows of one network."""
    cell, concept, sign = shown_cell(network)
    arrays = network.arrays["passages"]
    count = min(SHOWN, len(arrays["symbols"]))
    return {
        "spec": network.spec,
        "card": network.card,
        "cell": cell,
        "concept": next(c.title for c in CONCEPTS if c.name == concept),
        "low": sign < 0,
        "path": network.facts["passages"]["paths"][0],
        "strip": coloured(arrays["symbols"][:count], arrays["c"][:count, cell] / 127),
        "choices": [(r["concept"], r["cell"]) for r in network.facts["cells"]["concepts"]],
        "decisions": [_decision(network, place) for place in range(len(network.facts["relevances"]["decisions"]))],
        "reach": network.facts["reach"],
    }


def coloured(symbols: Array, values: Array) -> list[tuple[str, int]]:
    """(character, level) of each symbol; levels are -8 to 8 for values in [-1, 1]."""
    levels = np.rint(np.clip(values, -1, 1) * 8).astype(int).tolist()
    return [(ALPHABET[number], level) for number, level in zip(symbols.tolist(), levels, strict=True)]


def _decision(network: RecurrentResults, place: int) -> dict[str, Any]:
    arrays, facts = network.arrays["relevances"], network.facts["relevances"]["decisions"][place]
    symbols = arrays[f"{place}/symbols"]
    methods = []
    for key, title in (
        ("lrp", "LRP"),
        ("gradient", "gradient × input"),
        ("integrated", "integrated gradients"),
        ("occlusion", "occlusion"),
    ):
        values = arrays[f"{place}/{key}"]
        methods.append((title, coloured(symbols, values / max(np.abs(values).max(), 1e-12)), facts["deletion"][key]))
    return {**facts, "right": ALPHABET[facts["right"]], "methods": methods}


def _numbers(network: RecurrentResults) -> dict[str, Any]:
    """Everything that the cell browser needs: one byte a cell and character, and the likeliest next characters."""
    arrays = network.arrays["passages"]
    count = min(SHOWN, len(arrays["symbols"]))
    quantities = [name for name in ("c", "h", "input", "forget", "output", "reset", "update") if name in arrays]
    if network.spec.cell == "RNN":
        quantities.remove("c")  # the same as h
    likely = [
        [[ALPHABET[symbol], int(chance)] for symbol, chance in zip(symbols, chances, strict=True)]
        for symbols, chances in zip(arrays["next"][:count].tolist(), arrays["chance"][:count].tolist(), strict=True)
    ]
    return {
        "cells": network.spec.hidden,
        "data": {
            name: base64.b64encode(np.ascontiguousarray(arrays[name][:count]).tobytes()).decode() for name in quantities
        },
        "next": likely,
    }


# ---------------------------------------------------------------- plots

WIDTH, HEIGHT, LEFT, BOTTOM = 520, 300, 48, 44


def plot(lines: Sequence[Line]) -> dict[str, Any]:
    """The geometry of a plot with a logarithmic x axis: polylines, intervals, ticks, all in pixels of WIDTH x HEIGHT."""
    xs = [x for line in lines for x in line.x]
    ys = [y for line in lines for values in (line.y, line.low, line.high) for y in values]
    if not xs:
        return {
            "lines": [],
            "x": [],
            "y": [],
            "width": WIDTH,
            "height": HEIGHT,
            "left": LEFT,
            "bottom": HEIGHT - BOTTOM,
        }
    least, most = min(0.0, *ys), max(ys)
    first, last = math.log2(min(xs)), max(math.log2(max(xs)), math.log2(min(xs)) + 1)

    def across(x: float) -> float:
        return round(LEFT + (math.log2(x) - first) / (last - first) * (WIDTH - LEFT - 16), 1)

    def up(y: float) -> float:
        return round(HEIGHT - BOTTOM - (y - least) / (most - least) * (HEIGHT - BOTTOM - 28), 1)

    step = 0.5 if most - least < 3 else 1
    ticks = [round(step * n, 1) for n in range(math.ceil(least / step), math.floor(most / step) + 1)]
    return {
        "lines": [
            {"name": line.name, "points": [(across(x), up(y)) for x, y in zip(line.x, line.y, strict=True)],
             "bars": [(across(x), up(a), up(b)) for x, a, b in zip(line.x, line.low, line.high, strict=False)]}
            for line in lines
        ],
        "x": [(across(2**n), 2**n) for n in range(math.ceil(first), math.floor(last) + 1)],
        "y": [(up(value), value) for value in ticks],
        "width": WIDTH, "height": HEIGHT, "left": LEFT, "bottom": HEIGHT - BOTTOM,
    }  # fmt: skip


ATLAS_VIEWS.add("recurrent", pages)
