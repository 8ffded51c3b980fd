"""The chapter on recurrent networks: one page, and for each network the numbers of every cell, loaded when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from atlas.figures.cell import cell_page, cells_page, named_cells
from atlas.figures.recurrent import (
    PAGE,
    STATES,
    closing_lines,
    context_lines,
    gate_points,
    recurrent_figures,
    shown_cell,
    winner,
)
from atlas.measured import RecurrentResults
from atlas.networks.recurrent import ALPHABET
from atlas.recurrent.concepts import CONCEPTS, KINDS
from atlas.types import Array
from atlas.views import ATLAS_VIEWS
from atlas.views.chart import chart
from atlas.views.desk import Chapter, Desk
from atlas.views.page import Asset, Item, Page
from atlas.views.script import put

SHOWN = 480  # characters of the passage
ZERO = ord("i")  # the letter of level 0: -8 to 8 are a to q
LISTED = 8  # matches that are listed
PLACES = ("states.html", "Places of states", "where else the same cells are on, and maps of states and cells")
READERS = {
    "words": ("sentiment.html", "Words and opinions", "an LSTM that reads sentences"),
    "letters": ("spelling.html", "Letters and sounds", "a published GRU that pronounces words"),
    "sound": ("speech.html", "Sound and speech", "a published LSTM that hears whether somebody speaks"),
}
"""The other pages of the chapter, by what their networks read."""


def pages(desk: Desk, chapters: Sequence[Chapter]) -> Iterator[Item]:
    """The chapter, where the recipe has recurrent networks."""
    results = desk.results
    if not results.recurrent:
        return
    figures = {figure.id.partition("/")[2]: figure for figure in recurrent_figures(results)}
    found = [_found(network) for network in results.recurrent]
    context = {
        "figures": figures,
        "found": found,
        "trained": [one for one in found if one["card"]],
        "concepts": [
            (concept.title, [(n.spec, winner(n, concept.name)) for n in results.recurrent]) for concept in CONCEPTS
            if any(winner(n, concept.name) for n in results.recurrent)
        ],
        "gates": [(n.spec.title, gate, points) for n in results.recurrent for gate, points in gate_points(n)],
        "context_plot": chart(context_lines(results), powers=True),
        "closing_plots": [(kind, chart(closing_lines(results, kind), powers=True)) for kind in ("bracket", "quote")],
        "kinds": [n.facts["reach"]["kinds"] for n in results.recurrent],
        "readers": [PLACES, *(READERS[reads] for reads in READERS if reads in results.readers)],
        "text": results.recurrent[0].text,
        "cell_page": cell_page,
    }  # fmt: skip
    yield Page(PAGE, "recurrent.html", context)
    states = {
        "figures": figures,
        "matches": [(n.spec.title, [_query(q) for q in n.facts["matches"]["queries"]]) for n in results.recurrent],
        "lists": [(n.spec, len(named_cells(n)), cells_page(n.spec.name)) for n in results.recurrent],
        "maps": [_maps(n) for n in results.recurrent],
        "map_kinds": (*(c.title for name in KINDS for c in CONCEPTS if c.name == name), "other code"),
    }
    yield Page(STATES, "states.html", states)
    for network in results.recurrent:
        yield Asset(f"recurrent/{network.spec.name}.js", put(f"recurrent/{network.spec.name}", _numbers(network)))


def _found(network: RecurrentResults) -> dict[str, Any]:
    """What the page shows of one network."""
    cell, concept, sign = shown_cell(network)
    arrays = network.arrays["passages"]
    count = min(SHOWN, len(arrays["symbols"]))
    return {
        "spec": network.spec,
        "cells": len(named_cells(network)),
        "cells_page": cells_page(network.spec.name),
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
    return [(ALPHABET[number], level) for number, level in zip(symbols.tolist(), colours(values).tolist(), strict=True)]


def colours(values: Array) -> Array:
    """The level of colour, -8 to 8, of each value in [-1, 1]."""
    return np.asarray(np.rint(np.clip(values, -1, 1) * 8), int)


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
    """All that the cell browser needs: a letter a cell and character ("i" is level 0), and the likeliest next characters."""
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
            name: (ZERO + colours(arrays[name][:count] / 127)).astype(np.uint8).tobytes().decode()
            for name in quantities
        },
        "next": likely,
    }


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    title = next(c.title for c in CONCEPTS if c.name == query["concept"])
    return {**query, "title": title, "matches": query["matches"][:LISTED], "all": len(query["matches"])}


def _maps(network: RecurrentResults) -> dict[str, Any]:
    """Dots as one path a colour, in a square of SIDE."""
    arrays, facts = network.arrays["statemaps"], network.facts["statemaps"]
    titles = ["none", *(c.title for c in CONCEPTS)]
    cells = [
        (title, path)
        for title, path in zip(titles, paths(arrays["cells"], arrays["responds"] + 1, len(titles)), strict=True)
    ]
    return {
        "title": network.spec.title,
        "facts": facts,
        "states": [
            (name, paths(arrays[key], arrays["kind"], len(KINDS) + 1), way(arrays[key][arrays["walk"]]))
            for name, key in (("UMAP", "umap"), ("principal components", "pca"))
        ],
        "cells": cells,
        "walked": "".join(ALPHABET[number] for number in arrays["symbols"]),
    }


SIDE = 300


def paths(xy: Array, group: Array, groups: int) -> list[str]:
    """For each group the dots at xy [N, 2] in [0, 1] as one SVG path of lines without length."""
    places = np.rint(np.asarray(xy) * SIDE).astype(int)
    return ["".join(f"M{x} {y}h0" for x, y in places[group == number].tolist()) for number in range(groups)]


def way(xy: Array) -> str:
    """The points of a polyline."""
    return " ".join(f"{x},{y}" for x, y in np.rint(np.asarray(xy) * SIDE).astype(int).tolist())


ATLAS_VIEWS.add("recurrent", pages)
