"""Where else the same cells are on, how characters move the state, and maps of states and of cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from atlas.chapters.recurrent.concepts import KINDS
from atlas.chapters.recurrent.figures import recurrent_figures
from atlas.chapters.recurrent.figures.cell import cell_page, cells_page, named_cells
from atlas.chapters.recurrent.figures.character import STATES, TITLES, names_of, visible
from atlas.chapters.recurrent.figures.states import character_chips
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.records import RecurrentResults, chapter_of
from atlas.core.specs import Array
from atlas.publish.context import AtlasContext
from atlas.publish.page import Item, Page

LISTED = 8  # matches that are listed
SIDE = 300  # of a map
MOVERS = 6  # characters that move the state most, and least


def pages(desk: AtlasContext) -> Iterator[Item]:
    """The page, where the recipe has character networks."""
    networks = chapter_of(desk.results).networks
    if not networks:
        return
    context = {
        "figures": {figure.name: figure for figure in recurrent_figures(chapter_of(desk.results))},
        "matches": [(n.spec, [_query(q) for q in n.facts["matches"]["queries"]]) for n in networks],
        "reactions": [(n.spec, _movers(n), character_chips(n)) for n in networks],
        "lists": [(n.spec, len(named_cells(n)), cells_page(n.spec.name)) for n in networks],
        "maps": [_maps(n) for n in networks],
        "map_kinds": (*(TITLES[name] for name in KINDS), "other code"),
        "named": {n.spec.name: set(named_cells(n)) for n in networks},
        "cell_page": cell_page,
        "visible": visible,
    }
    yield Page(STATES, "recurrent/states.html", context)


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **query,
        "title": TITLES[query["concept"]],
        "matches": query["matches"][:LISTED],
        "all": len(query["matches"]),
    }


def _movers(network: RecurrentResults) -> list[tuple[str, list[tuple[str, float]]]]:
    """The characters that change the state most and least, with the root mean square of the change."""
    arrays = network.arrays["reactions"]
    order = np.argsort(-arrays["size"], kind="stable")
    names = names_of(network)
    rows = [(names[arrays["symbols"][row]], float(arrays["size"][row])) for row in order.tolist()]
    return [("most", rows[:MOVERS]), ("least", rows[: -MOVERS - 1 : -1])]


def _maps(network: RecurrentResults) -> dict[str, Any]:
    """Dots as one path a colour, in a square of SIDE."""
    arrays, facts = network.arrays["statemaps"], network.facts["statemaps"]
    titles = ["none", *TITLES.values()]
    cells = [
        (title, path)
        for title, path in zip(titles, paths(arrays["cells"], arrays["responds"] + 1, len(titles)), strict=True)
    ]
    return {
        "title": network.spec.title,
        "facts": facts,
        "states": [
            (
                name,
                paths(arrays[key], arrays["kind"], len(KINDS) + 1),
                [way(arrays[key][walk]) for walk in arrays["walks"]],
            )
            for name, key in (("UMAP", "umap"), ("principal components", "pca"))
        ],
        "cells": cells,
        "walked": ["".join(names_of(network)[number] for number in line) for line in arrays["symbols"].tolist()],
    }


def paths(xy: Array, group: Array, groups: int) -> list[str]:
    """For each group the dots at xy [N, 2] in [0, 1] as one SVG path of lines without length."""
    places = np.rint(np.asarray(xy) * SIDE).astype(int)
    return ["".join(f"M{x} {y}h0" for x, y in places[group == number].tolist()) for number in range(groups)]


def way(xy: Array) -> str:
    """The points of a polyline."""
    return " ".join(f"{x},{y}" for x, y in np.rint(np.asarray(xy) * SIDE).astype(int).tolist())


PAGES.add("states", pages)
