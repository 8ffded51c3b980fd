"""The pages of single cells of the networks that read code, like those of units,
and the list of each network's cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from atlas.chapters.recurrent.cell_statistics import EFFECTS, PEAKS
from atlas.chapters.recurrent.figures.cell import (
    ConceptScore,
    cell_figure,
    cell_page,
    cell_title,
    cells_page,
    concept_scores,
    named_cells,
    score_sentence,
)
from atlas.chapters.recurrent.figures.character import names_of, read_from, visible
from atlas.chapters.recurrent.gates import LAGS
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.records import CodeResults, chapter_of
from atlas.core.specs import Array
from atlas.publish.cite import cite_base, made_from
from atlas.publish.context import HUES, AtlasContext
from atlas.publish.histogram import Histogram, histogram
from atlas.publish.page import Asset, Item, Page
from atlas.publish.script import put

STEPS = 2  # of colour on each side of zero, every fourth of the style sheet: fewer stretches, lighter pages
CONCEPTS_SHOWN = 4


@dataclass(frozen=True)
class Passage:
    """Code around a peak: (characters, level, is it the peak?) of stretches of one
    colour; levels are -8, -4, 0, 4 and 8.
    """

    value: float
    path: str
    runs: tuple[tuple[str, int, bool], ...]


@dataclass(frozen=True)
class Gate:
    """The shares of time at which a gate is below 0.1 and above 0.9."""

    name: str
    closed: float
    open: float


@dataclass(frozen=True)
class SimilarCell:
    """A cell with correlated values, of either sign; `page` is empty where it has none."""

    cell: int
    page: str
    correlation: float


@dataclass(frozen=True)
class CellRow:
    """A cell in the list of all: where it is, its best concept, and how long it remembers (characters or tokens)."""

    cell: int
    paged: bool
    place: str
    best: ConceptScore | None
    memory: int


def pages(context: AtlasContext) -> Iterator[Item]:
    """For each network that reads code the list of its cells with a page, and these pages."""
    for hue, network in enumerate(chapter_of(context.results).networks):
        cells = named_cells(network)
        shared = {
            "network": network.spec,
            "hue": hue % HUES,
            "what": "memory" if network.spec.cell == "LSTM" else "state",
            "characters": network.cell_statistics.characters,
            "lags": LAGS,
            "step": network.spec.step,
        }
        listed = {
            "rows": _rows(network, set(cells)),
            "pages": len(cells),
            "made": read_from(chapter_of(context.results), network),
        }
        yield Page(cells_page(network.spec.name), "recurrent/cells.html", shared | listed)
        yield Asset(f"recurrent/{network.spec.name}/cells/cite.js", put("cite", _cite_data(context, network)))
        for place, cell in enumerate(cells):
            figure = cell_figure(chapter_of(context.results), network, cell)
            values = shared | _turn(cells, place) | _context(network, cell, cells) | {"figure": figure}
            yield Page(cell_page(network.spec.name, cell), "recurrent/cell.html", values)


def _turn(cells: Sequence[int], place: int) -> dict[str, Any]:
    """The cells before and after the one at `place`."""
    return {
        "place": place + 1,
        "pages": len(cells),
        "previous": cells[place - 1] if place else None,
        "next": cells[place + 1] if place + 1 < len(cells) else None,
    }


def _rows(network: CodeResults, paged: Set[int]) -> list[CellRow]:
    return [
        CellRow(
            cell,
            cell in paged,
            place_of(network, cell),
            next(iter(concept_scores(network, cell)), None),
            int(network.gates.memory[cell]),
        )
        for cell in range(network.spec.cells)
    ]


def place_of(network: CodeResults, cell: int) -> str:
    """Where the cell is, where a network has several layers or directions."""
    spec = network.spec
    layer = f"layer {spec.layer_of(cell)} of {spec.layers}" if spec.layers > 1 else ""
    way = ("reads forwards", "reads from the end")[spec.reads_back(cell)] if spec.directions > 1 else ""
    return ", ".join(filter(None, (layer, way)))


def _cite_data(context: AtlasContext, network: CodeResults) -> dict[str, object]:
    """What the citations of a network's cells share, but for the number of the cell."""
    figure = cell_figure(chapter_of(context.results), network, 0)
    return cite_base(context.base_url, context.imprint) | {
        "made": made_from(figure.provenance),
        "licence": context.imprint.stamped(figure).licence,
        "cell": {
            "id": figure.id.removesuffix("0"),
            "folder": cells_page(network.spec.name).removesuffix("index.html"),
            "title": cell_title(network, "#"),
        },
    }


def _context(network: CodeResults, cell: int, cells: Sequence[int]) -> dict[str, Any]:
    distribution, keeping = network.cell_statistics.distribution, network.gates.keeping
    passages = [_passage(network, cell, row) for row in range(2 * PEAKS)]
    effects = _effects(network, cell)
    return {
        "cell": cell,
        "layer": network.spec.layer_of(cell),
        "where": place_of(network, cell),
        "best": score_sentence(network, cell),
        "scores": concept_scores(network, cell)[:CONCEPTS_SHOWN],
        "sides": (("Highest", passages[:PEAKS]), ("Lowest", passages[PEAKS:])),
        "mean": float(distribution.mean[cell]),
        "std": float(distribution.std[cell]),
        "positive": float(distribution.positive[cell]),
        "histogram": _histogram(network, cell),
        "memory": int(network.gates.memory[cell]),
        "keeping": None if keeping is None else float(keeping[cell]),
        "gates": _gates(network, cell),
        "likelier": effects[:EFFECTS],
        "unlikelier": effects[EFFECTS:],
        "similar": _similar(network, cell, cells),
    }


def _effects(network: CodeResults, cell: int) -> list[tuple[str, float]]:
    """(symbol, nats per SD) of the outputs that the cell raises and lowers most; none of an encoder."""
    statistics, names = network.cell_statistics, names_of(network)
    if statistics.affected is None or statistics.effects is None:
        return []
    rows = zip(statistics.affected[cell].tolist(), statistics.effects[cell].tolist(), strict=True)
    return [(visible(names[symbol]), change) for symbol, change in rows]


def _gates(network: CodeResults, cell: int) -> list[Gate]:
    gates = network.gates
    if gates.closed is None or gates.open is None:
        return []
    rows = zip(gates.gates, gates.closed[:, cell].tolist(), gates.open[:, cell].tolist(), strict=True)
    return [Gate(*row) for row in rows]


def _similar(network: CodeResults, cell: int, cells: Sequence[int]) -> list[SimilarCell]:
    statistics = network.cell_statistics
    rows = zip(statistics.similar[cell].tolist(), statistics.correlation[cell].tolist(), strict=True)
    return [SimilarCell(other, f"../{other}/index.html" if other in cells else "", value) for other, value in rows]


def _histogram(network: CodeResults, cell: int) -> Histogram:
    distribution = network.cell_statistics.distribution
    low, high = distribution.edges[cell].tolist()
    return histogram(distribution.counts[cell], (low, high), {"p50": ("median", float(distribution.median[cell]))})


def _passage(network: CodeResults, cell: int, row: int) -> Passage:
    peaks = network.cell_statistics.peaks
    pieces = [names_of(network)[symbol] for symbol in peaks.symbols[cell, row].tolist()]
    found = runs(pieces, peaks.values[cell, row] / 127, int(peaks.peak[cell, row]))
    path = network.cell_statistics.paths[peaks.text[cell, row]]
    return Passage(float(peaks.extreme[cell, row]), path, tuple(found))


def runs(pieces: Sequence[str], values: Array, peak: int) -> Iterator[tuple[str, int, bool]]:
    """Stretches of one level of `values` in [-1, 1]; the character (token) at `peak` is one of its own."""
    levels = [8 // STEPS * round(STEPS * value) for value in values.tolist()]
    letters = [piece.replace("\n", "↵\n") for piece in pieces]
    each = zip(letters, levels, (place == peak for place in range(len(letters))), strict=True)
    for (level, alone), part in groupby(each, key=lambda one: one[1:]):
        yield "".join(letter for letter, *_ in part), level, alone


PAGES.add("cell", pages)
