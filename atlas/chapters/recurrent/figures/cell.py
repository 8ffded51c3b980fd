"""Single cells of the networks that read code: which have a page, which concept
each predicts, and the figure of each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.cell_statistics import PEAKS
from atlas.chapters.recurrent.concepts import CONCEPTS
from atlas.chapters.recurrent.figures.character import SOURCE, read_from
from atlas.chapters.recurrent.records import CodeResults, RecurrentChapter
from atlas.core.results import Figure
from atlas.publish.provenance import CREDIT, LICENCE
from atlas.publish.words import count, number


def cells_page(network: str) -> str:
    """The list of a network's cells that have a page."""
    return f"recurrent/{network}/cells/index.html"


def cell_page(network: str, cell: int) -> str:
    """The page of a cell."""
    return f"recurrent/{network}/cells/{cell}/index.html"


def named_cells(network: CodeResults) -> tuple[int, ...]:
    """The cells that have a page, by number: as many as the recipe says.

    First the best for each concept, then those whose gates are closed or open most and whose memory is longest, then
    those of the hidden-state searches, the ones of most searches first, then the others.
    """
    gates = network.gates
    extremes = [int(row.argmax()) for side in (gates.closed, gates.open) if side is not None for row in side]
    searched = Counter(cell for search in network.matches.searches for cell, _ in search.cells)
    ordered = [
        *(finding.cell for finding in network.cells.concepts),
        *extremes,
        int(gates.memory.argmax()),
        *sorted(searched, key=lambda cell: (-searched[cell], cell)),
        *range(network.spec.cells),
    ]
    return tuple(sorted(list(dict.fromkeys(ordered))[: network.pages]))


@dataclass(frozen=True)
class ConceptScore:
    """How well a cell predicts a concept: the score on half B (0.5 = chance), for a `low` one that of being low in it.

    `null` is the 95th percentile of the best of all cells for the concept moved along the text.
    """

    concept: str
    low: bool
    score: float
    null: float

    @property
    def above(self) -> bool:
        """Better than chance finds among all cells?"""
        return self.score > self.null


def concept_scores(network: CodeResults, cell: int) -> list[ConceptScore]:
    """For every concept that the texts contain, the one that the cell predicts best on half A first."""
    nulls = {finding.concept: finding.null_p95 for finding in network.cells.concepts}
    rows = zip(CONCEPTS, network.cells.scores_a[cell].tolist(), network.cells.scores_b[cell].tolist(), strict=True)
    known = [(concept, a, b) for concept, a, b in rows if concept.name in nulls and not np.isnan((a, b)).any()]
    return [
        ConceptScore(concept.title, a < 0.5, b if a >= 0.5 else 1 - b, nulls[concept.name])
        for concept, a, b in sorted(known, key=lambda row: -abs(row[1] - 0.5))
    ]


def score_sentence(network: CodeResults, cell: int) -> str:
    """Which concept the cell predicts best, and whether that beats chance."""
    scores = concept_scores(network, cell)
    if not scores:
        return "None of the concepts occurs in these texts."
    best = scores[0]
    where = f"Best concept: {best.concept}{' (the cell is low in it)' if best.low else ''}"
    beats = "above" if best.above else "not above"
    return f"{where}. Score {number(best.score)} on held-out files, {beats} the chance level of {number(best.null)}."


def cell_title(network: CodeResults, cell: int | str) -> str:
    """The cell in words."""
    return f"Cell {cell} of the {network.spec.title}"


def cell_figure(results: RecurrentChapter, network: CodeResults, cell: int) -> Figure:
    """The code around the cell's highest and lowest values."""
    name, step = network.spec.name, network.spec.step
    what = "memory c" if network.spec.cell == "LSTM" else "state h"
    return Figure(
        id=f"recurrent/{name}/{cell}",
        kind="cell",
        title=cell_title(network, cell),
        caption=(
            f"The {PEAKS} highest and {PEAKS} lowest values of the cell ({what}, no unit) over "
            f"{count(network.cell_statistics.characters, step)} of held-out code, each in another file, with the code "
            "around them. Orange is above zero, blue below, full colour at the cell’s 99.5th percentile. "
            f"{score_sentence(network, cell)}"
        ),
        alt=f"Source code coloured by cell {cell} of the {network.spec.title}, at its highest and lowest values.",
        page=f"{cell_page(name, cell)}#passages",
        files=(),
        licence=f"{LICENCE} AND PSF-2.0",
        attribution=f"{CREDIT} ({LICENCE}); {SOURCE}",
        provenance=read_from(results, network) | {"cell": cell},
    )


def cell_figures(results: RecurrentChapter) -> Iterator[Figure]:
    """The figure of every cell with a page."""
    for network in results.networks:
        yield from (cell_figure(results, network, cell) for cell in named_cells(network))
