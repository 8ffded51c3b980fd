"""Hidden states: search, expected responses, maps of states and of cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.concepts import KINDS
from atlas.chapters.recurrent.figures import recurrent_figures
from atlas.chapters.recurrent.figures.cell import cell_page, cells_page, named_cells
from atlas.chapters.recurrent.figures.character import STATES, TITLES, names_of, visible
from atlas.chapters.recurrent.figures.states import character_clusters
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.records import CodeResults, chapter_of
from atlas.chapters.recurrent.state_map import Map, StateMapStudy
from atlas.core.specs import Array
from atlas.publish.context import AtlasContext
from atlas.publish.page import Item, Page

LISTED = 8  # matches that are listed
SIDE = 300  # of a map
EXTREMES = 6  # characters of the largest, and of the smallest response


def pages(context: AtlasContext) -> Iterator[Item]:
    """The page, where the recipe has character networks."""
    networks = chapter_of(context.results).networks
    if not networks:
        return
    values = {
        "figures": {figure.name: figure for figure in recurrent_figures(chapter_of(context.results))},
        "matches": [(n.spec, [(TITLES[one.concept], one) for one in n.matches.searches]) for n in networks],
        "responses": [(n.spec, _extremes(n), character_clusters(n)) for n in networks],
        "lists": [(n.spec, len(named_cells(n)), cells_page(n.spec.name)) for n in networks],
        "maps": [_maps(n) for n in networks],
        "map_kinds": (*(TITLES[name] for name in KINDS), "other code"),
        "named": {n.spec.name: set(named_cells(n)) for n in networks},
        "cell_page": cell_page,
        "visible": visible,
        "listed": LISTED,
    }
    yield Page(STATES, "recurrent/states.html", values)


def _extremes(network: CodeResults) -> list[tuple[str, list[tuple[str, float]]]]:
    """The characters that change the state most and least, with the root mean square of the change."""
    responses, names = network.expected_responses, names_of(network)
    order = np.argsort(-responses.size, kind="stable")
    rows = [(names[responses.symbols[row]], float(responses.size[row])) for row in order.tolist()]
    return [("most", rows[:EXTREMES]), ("least", rows[: -EXTREMES - 1 : -1])]


@dataclass(frozen=True)
class StatePlot:
    """A map of states: its name, its dots as one path a colour, its trajectories, and how far it can be trusted."""

    name: str
    dots: list[str]
    walks: list[str]
    quality: Map


@dataclass(frozen=True)
class ShownMaps:
    """The maps of a network in squares of SIDE; `cells` are (concept, dots),
    `walked` the characters of the trajectories.
    """

    title: str
    states: list[StatePlot]
    cells: list[tuple[str, str]]
    walked: list[str]
    study: StateMapStudy


def _maps(network: CodeResults) -> ShownMaps:
    study, titles = network.state_maps, ["none", *TITLES.values()]
    return ShownMaps(
        network.spec.title,
        [
            StatePlot(
                name,
                paths(layout.xy, study.kind, len(KINDS) + 1),
                [polyline(layout.xy[walk]) for walk in study.walks],
                layout,
            )
            for name, layout in (("UMAP", study.umap), ("principal components", study.pca))
        ],
        list(zip(titles, paths(study.cells.xy, study.responds + 1, len(titles)), strict=True)),
        ["".join(names_of(network)[symbol] for symbol in line) for line in study.symbols.tolist()],
        study,
    )


def paths(xy: Array, group: Array, groups: int) -> list[str]:
    """For each group the dots at xy [N, 2] in [0, 1] as one SVG path of lines without length."""
    places = np.rint(np.asarray(xy) * SIDE).astype(int)
    return ["".join(f"M{x} {y}h0" for x, y in places[group == number].tolist()) for number in range(groups)]


def polyline(xy: Array) -> str:
    """The points of a polyline."""
    return " ".join(f"{x},{y}" for x, y in np.rint(np.asarray(xy) * SIDE).astype(int).tolist())


PAGES.add("states", pages)
