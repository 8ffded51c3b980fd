"""The pages of single cells of the character networks, like those of units, and the list of each network's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from atlas.chapters.recurrent.cell_statistics import PEAKS, PUSHED
from atlas.chapters.recurrent.figures.cell import (
    Telling,
    cell_figure,
    cell_page,
    cell_title,
    cells_page,
    named_cells,
    telling_sentence,
    tellings,
)
from atlas.chapters.recurrent.figures.character import names_of, read_from, visible
from atlas.chapters.recurrent.gates import LAGS
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.records import RecurrentResults, chapter_of
from atlas.core.specs import Array
from atlas.publish.cite import cite_base, made_from
from atlas.publish.context import HUES, AtlasContext
from atlas.publish.histogram import Histogram, histogram
from atlas.publish.page import Asset, Item, Page
from atlas.publish.script import put

STEPS = 2  # of colour on each side of zero, every fourth of the style sheet: fewer stretches, lighter pages
TOLD = 4  # concepts that a page lists


@dataclass(frozen=True)
class Passage:
    """Code around a peak: (characters, level, is it the peak?) of stretches of one colour; levels are -8, -4, 0, 4 and 8."""

    value: float
    path: str
    runs: tuple[tuple[str, int, bool], ...]


@dataclass(frozen=True)
class Gate:
    """The shares of time at which a gate is below 0.1 and above 0.9."""

    name: str
    shut: float
    open: float


@dataclass(frozen=True)
class Relative:
    """A cell with like values, or opposite ones; `page` is empty where it has none."""

    cell: int
    page: str
    correlation: float


def pages(desk: AtlasContext) -> Iterator[Item]:
    """For each character network the list of its cells with a page, and these pages."""
    for hue, network in enumerate(chapter_of(desk.results).networks):
        cells = named_cells(network)
        shared = {
            "network": network.spec,
            "hue": hue % HUES,
            "what": "memory" if network.spec.cell == "LSTM" else "state",
            "characters": network.facts["profiles"]["characters"],
            "lags": LAGS,
            "step": network.spec.step,
        }
        listed = {
            "rows": list(_rows(network, set(cells))), "pages": len(cells), "made": read_from(chapter_of(desk.results), network),
        }  # fmt: skip
        yield Page(cells_page(network.spec.name), "recurrent/cells.html", shared | listed)
        yield Asset(f"recurrent/{network.spec.name}/cells/cite.js", put("cite", _cite_data(desk, network)))
        for place, cell in enumerate(cells):
            turn = {
                "place": place + 1,
                "pages": len(cells),
                "previous": cells[place - 1] if place else None,
                "next": cells[place + 1] if place + 1 < len(cells) else None,
            }
            figure = cell_figure(chapter_of(desk.results), network, cell)
            yield Page(
                cell_page(network.spec.name, cell),
                "recurrent/cell.html",
                shared | turn | _context(network, cell, cells) | {"figure": figure},
            )


def _rows(network: RecurrentResults, paged: Set[int]) -> Iterator[tuple[int, bool, str, list[Telling], int]]:
    """Of each cell its number, whether it has a page, its place, what it tells best, how long it remembers."""
    for cell in range(network.spec.cells):
        yield cell, cell in paged, place_of(network, cell), tellings(network, cell)[:1], _remembers(network, cell)


def place_of(network: RecurrentResults, cell: int) -> str:
    """Where the cell is, where a network has several layers or directions."""
    spec = network.spec
    layer = f"layer {spec.layer_of(cell)} of {spec.layers}" if spec.layers > 1 else ""
    way = ("reads forwards", "reads from the end")[spec.reads_back(cell)] if spec.directions > 1 else ""
    return ", ".join(filter(None, (layer, way)))


def _cite_data(desk: AtlasContext, network: RecurrentResults) -> dict[str, object]:
    """What the citations of a network's cells share, but for the number of the cell."""
    figure = cell_figure(chapter_of(desk.results), network, 0)
    return cite_base(desk.base_url) | {
        "made": made_from(figure.provenance),
        "licence": figure.licence,
        "cell": {
            "id": figure.id.removesuffix("0"),
            "folder": cells_page(network.spec.name).removesuffix("index.html"),
            "title": cell_title(network, "#"),
        },
    }


def _context(network: RecurrentResults, cell: int, cells: Sequence[int]) -> dict[str, Any]:
    arrays, gates, names = network.arrays["profiles"], network.arrays["gates"], names_of(network)
    passages = [_passage(network, cell, row) for row in range(2 * PEAKS)]
    pushes = (
        zip(arrays["pushed"][cell].tolist(), arrays["push"][cell].tolist(), strict=True)
        if network.spec.predicts
        else ()
    )
    pushed = [(visible(names[symbol]), push) for symbol, push in pushes]
    return {
        "cell": cell,
        "layer": network.spec.layer_of(cell),
        "where": place_of(network, cell),
        "says": telling_sentence(network, cell),
        "told": tellings(network, cell)[:TOLD],
        "sides": (("Highest", passages[:PEAKS]), ("Lowest", passages[PEAKS:])),
        "mean": float(arrays["mean"][cell]),
        "std": float(arrays["std"][cell]),
        "positive": float(arrays["positive"][cell]),
        "histogram": _histogram(arrays, cell),
        "remembers": _remembers(network, cell),
        "keeps": float(gates["keeping"][cell]) if "keeping" in gates else None,
        "gates": [
            Gate(name, float(gates["shut"][row, cell]), float(gates["open"][row, cell]))
            for row, name in enumerate(network.facts["gates"]["gates"])
        ],
        "likelier": pushed[:PUSHED],
        "unlikelier": pushed[PUSHED:],
        "kin": [
            Relative(other, f"../{other}/index.html" if other in cells else "", correlation)
            for other, correlation in zip(
                arrays["kin"][cell].tolist(), arrays["correlation"][cell].tolist(), strict=True
            )
        ],
    }


def _remembers(network: RecurrentResults, cell: int) -> int:
    return int(network.arrays["gates"]["memory"][cell])


def _histogram(arrays: Any, cell: int) -> Histogram:
    low, high = arrays["edges"][cell].tolist()
    return histogram(arrays["counts"][cell], (low, high), {"p50": ("median", float(arrays["median"][cell]))})


def _passage(network: RecurrentResults, cell: int, row: int) -> Passage:
    arrays = network.arrays["profiles"]
    pieces = [names_of(network)[symbol] for symbol in arrays["symbols"][cell, row].tolist()]
    found = runs(pieces, arrays["values"][cell, row] / 127, int(arrays["peak"][cell, row]))
    path = network.facts["profiles"]["paths"][arrays["text"][cell, row]]
    return Passage(float(arrays["extreme"][cell, row]), path, tuple(found))


def runs(pieces: Sequence[str], values: Array, peak: int) -> Iterator[tuple[str, int, bool]]:
    """Stretches of one level of `values` in [-1, 1]; the character (token) at `peak` stands alone."""
    levels = [8 // STEPS * round(STEPS * value) for value in values.tolist()]
    letters = [piece.replace("\n", "↵\n") for piece in pieces]
    each = zip(letters, levels, (place == peak for place in range(len(letters))), strict=True)
    for (level, alone), part in groupby(each, key=lambda one: one[1:]):
        yield "".join(letter for letter, *_ in part), level, alone


PAGES.add("cell", pages)
