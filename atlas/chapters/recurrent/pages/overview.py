"""The chapter on recurrent networks: one page, and for each network the numbers of every cell, loaded when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from atlas.chapters.recurrent.concepts import CONCEPTS
from atlas.chapters.recurrent.context_length import KINDS
from atlas.chapters.recurrent.figures import recurrent_figures
from atlas.chapters.recurrent.figures.cell import cell_page, cells_page, named_cells
from atlas.chapters.recurrent.figures.character import PAGE, TITLES, counted_tokens, names_of, shown_cell, winner
from atlas.chapters.recurrent.figures.memory import CLOSING, closing_lines, context_lines, gate_points
from atlas.chapters.recurrent.match import THRESHOLD
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.pages.scatter import scatter
from atlas.chapters.recurrent.records import RecurrentChapter, RecurrentResults, chapter_of
from atlas.core.specs import Array
from atlas.publish.chart import chart
from atlas.publish.context import AtlasContext
from atlas.publish.marks import Row, marks, span_of
from atlas.publish.page import Asset, Item, Page
from atlas.publish.script import put
from atlas.publish.words import percent

ZERO = ord("i")  # the letter of level 0: -8 to 8 are a to q
LEVELS = 8  # of colour on either side of zero
PAIRS = "".join(chr(code) for code in range(33, 127) if chr(code) not in '"\\<')[
    : (LEVELS + 1) ** 2
]  # signs that a script holds as they are
PLACES = (
    "states.html",
    "Places of states",
    "where else the same cells are on, how characters move them, and maps of states and cells",
)
RESTS = ("reliance.html", "What decisions rest on", "which characters speak for a closing sign, by four methods")
READERS = {
    "words": ("sentiment.html", "Words and opinions", "an LSTM that reads sentences"),
    "letters": ("spelling.html", "Letters and sounds", "a published GRU that pronounces words"),
    "sound": ("speech.html", "Sound and speech", "a published LSTM that hears whether somebody speaks"),
}
"""The other pages of the chapter, by what their networks read."""


def pages(desk: AtlasContext) -> Iterator[Item]:
    """The chapter, where the recipe has recurrent networks."""
    results = chapter_of(desk.results)
    if not results.networks:
        return
    found, predicting = [_found(network) for network in results.networks], results.predicting
    context = {
        "figures": {figure.name: figure for figure in recurrent_figures(results)},
        "found": found,
        "telling": [one for one in found if one["spec"].predicts],
        "trained": [one for one in found if one["card"]],
        "concepts": [
            (concept.title, [(n.spec, winner(n, concept.name)) for n in results.networks]) for concept in CONCEPTS
            if any(winner(n, concept.name) for n in results.networks)
        ],
        "titles": TITLES,
        "panels": _panels(results),
        "gates": [(n.spec.title, gate, points) for n in results.networks for gate, points in gate_points(n)],
        "memories": [(n.spec.title, scatter(n)) for n in results.networks],
        **(_predictions(predicting) if predicting.networks else {}),
        "readers": [PLACES, *((RESTS,) if predicting.networks else ()), *(READERS[reads] for reads in READERS if reads in results.readers)],
        "text": results.networks[0].text,
        "cell_page": cell_page,
        "tokens": counted_tokens(results),
    }  # fmt: skip
    yield Page(PAGE, "recurrent/overview.html", context)
    for network in results.networks:
        yield Asset(f"recurrent/{network.spec.name}.js", put(f"recurrent/{network.spec.name}", _numbers(network)))


def _predictions(results: RecurrentChapter) -> dict[str, Any]:
    """What the page shows of networks that predict."""
    return {
        "context_plot": chart(context_lines(results), powers=True),
        "closing_plots": [(kind, chart(closing_lines(results, kind), powers=True), _closings(results, kind)) for kind in CLOSING],
        "kinds": _kinds(results),
        "causes": list(zip(*(n.facts["reach"]["errors"]["causes"] for n in results.networks), strict=True)),
    }  # fmt: skip


def _panels(results: RecurrentChapter) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """For each network the plots of "localized" and "causal", those of one kind on one scale."""
    local = {n.spec.title: [_localized(record) for record in n.facts["cells"]["concepts"]] for n in results.networks}
    held = {
        n.spec.title: [_held(record) for record in n.facts["cells"]["concepts"] if record["causal"]]
        for n in results.predicting.networks
    }
    return {
        name: [
            (title, marks(rows, span_of(list(panels.values()), zero=name == "causal")))
            for title, rows in panels.items()
        ]
        for name, panels in (("localized", local), ("causal", held))
    }


def _localized(record: dict[str, Any]) -> Row:
    found = (
        ("bar", record["null_p95"]),
        ("cross", record["control"]),
        ("dot", record["score"]),
        ("ring", record["probe"]),
    )
    return Row(TITLES[record["concept"]], found)


def _held(record: dict[str, Any]) -> Row:
    effect = record["causal"]
    return Row(
        TITLES[record["concept"]],
        (("dot", effect["inside"]), ("ring", effect["outside"])),
        percent(effect["percentile"]),
    )


def _closings(results: RecurrentChapter, kind: str) -> list[tuple[str, list[int], list[dict[str, Any] | None]]]:
    """A row a bin of distances: its name, n (of each network where they differ: tokens leave out pairs), and the gain of each network."""
    bins = [{one["least"]: one for one in n.facts["reach"]["closings"][kind]} for n in results.networks]
    rows = []
    for least in sorted({least for one in bins for least in one}):
        each = [one.get(least) for one in bins]
        first = next(one for one in each if one)
        name = f"{least} to {first['most'] - 1}" if first["most"] < 1 << 30 else f"{least} and more"
        counts = [one["n"] if one else 0 for one in each]
        shown = counts[:1] if len(set(counts)) == 1 else counts
        rows.append((name if first["most"] - least > 1 else str(least), shown, each))
    return rows


def _kinds(results: RecurrentChapter) -> list[tuple[str, list[dict[str, Any] | None]]]:
    """A row a kind of the next character: its name, and its record of each network (None: no token of it begins so)."""
    by_name = [{row["kind"]: row for row in n.facts["reach"]["kinds"]} for n in results.networks]
    return [(name, [one.get(name) for one in by_name]) for name in KINDS if any(name in one for one in by_name)]


def _found(network: RecurrentResults) -> dict[str, Any]:
    """What the page shows of one network."""
    cell, concept, sign = shown_cell(network)
    arrays = network.arrays["passages"]
    return {
        "spec": network.spec,
        "cells": len(named_cells(network)),
        "cells_page": cells_page(network.spec.name),
        "card": network.card,
        "cell": cell,
        "concept": TITLES[concept],
        "low": sign < 0,
        "path": network.facts["passages"]["paths"][0],
        "strip": coloured(names_of(network), arrays["symbols"], arrays["c"][:, cell] / 127),
        "reach": network.facts.get("reach"),  # not of an encoder
    }


def coloured(names: Sequence[str], symbols: Array, values: Array) -> list[tuple[str, int]]:
    """(characters, level) of each symbol; levels are -8 to 8 for values in [-1, 1]."""
    shown = (names[number].replace("\n", "↵\n") for number in symbols.tolist())
    return list(zip(shown, colours(values).tolist(), strict=True))


def colours(values: Array) -> Array:
    """The level of colour, -8 to 8, of each value in [-1, 1]."""
    return np.asarray(np.rint(np.clip(values, -1, 1) * LEVELS), int)


def _numbers(network: RecurrentResults) -> dict[str, Any]:
    """All that the cell browser needs.

    `data`: a letter a character and cell for c and h ("i" is level 0); `gates`: a sign of PAIRS for two of them, in levels 0 to 8;
    `next`: the likeliest next characters, none of an encoder; `scores`: of all cells on half B for each concept, in thousandths, below 500 for cells
    that are low in it; `pages`: cells with a page; `on`: the level of h from which on a cell is on.
    """
    arrays, names = network.arrays["passages"], names_of(network)
    shown = ("c", "h") if network.spec.cell == "LSTM" else ("h",)  # of the others c is the same as h
    likely = zip(arrays["next"].tolist(), arrays["chance"].tolist(), strict=True) if network.spec.predicts else ()
    scores = np.rint(1000 * network.arrays["cells"]["scores_b"])
    named = named_cells(network)
    return {
        "cells": network.spec.cells,
        "pages": "all" if len(named) == network.spec.cells else named,
        "on": int(np.ceil(LEVELS * THRESHOLD)),
        "scores": {
            concept.title: column.astype(int).tolist()
            for concept, column in zip(CONCEPTS, scores.T, strict=True)
            if not np.isnan(column).any()
        },
        "data": {name: (ZERO + colours(arrays[name] / 127)).astype(np.uint8).tobytes().decode() for name in shown},
        "gates": {name: paired(colours(arrays[name] / 127)) for name in network.facts["gates"]["gates"]},
        "pairs": PAIRS,
        "next": [
            [[names[symbol], int(chance)] for symbol, chance in zip(symbols, chances, strict=True)]
            for symbols, chances in likely
        ],
    }


def paired(levels: Array) -> str:
    """Levels 0 to 8, of any shape, two a sign of PAIRS; the last one alone has a 0 beside it."""
    flat = levels.ravel()
    even = np.append(flat, np.zeros(len(flat) % 2, int)).reshape(-1, 2)
    return "".join(PAIRS[number] for number in (even @ (LEVELS + 1, 1)).tolist())


PAGES.add("recurrent", pages)
