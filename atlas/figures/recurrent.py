"""The figures of the recurrent chapter, and what they show as plain rows: one source for page and print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from atlas.figures.provenance import CREDIT, LICENCE, chapter_provenance
from atlas.figures.words import count, listed, number, percent
from atlas.measured import AtlasResults, Figure, RecurrentResults
from atlas.recurrent.concepts import CONCEPTS
from atlas.recurrent.match import SHOWN, THRESHOLD
from atlas.types import Array

PAGE = "recurrent/index.html"
STATES = "recurrent/states.html"
SOURCE = "Python source code: Python Software Foundation (PSF-2.0)"


def recurrent_figures(results: AtlasResults) -> tuple[Figure, ...]:
    """All figures of the chapter, in the order of the page; none without recurrent networks."""
    if not results.recurrent:
        return ()
    return tuple(_FIGURES[name](results) for name in _FIGURES)


def _figure(
    results: AtlasResults, name: str, title: str, caption: str, alt: str, *, shows_code: bool = False
) -> Figure:
    names = listed([network.spec.title for network in results.recurrent])
    return Figure(
        id=f"recurrent/{name}",
        kind="recurrent",
        title=title,
        caption=caption,
        alt=f"{alt} for {names}.",
        page=f"{STATES if name in ('matches', 'statemap') else PAGE}#{name}",
        files=(),
        licence=f"{LICENCE} AND PSF-2.0" if shows_code else LICENCE,
        attribution=f"{CREDIT} ({LICENCE})" + (f"; {SOURCE}" if shows_code else ""),
        provenance={"networks": [read_from(results, network) for network in results.recurrent]},
    )


def read_from(results: AtlasResults, network: RecurrentResults) -> dict[str, Any]:
    """What a figure of one of the networks was made from."""
    text = network.text
    probes = {
        "name": f"Python {text['python']} standard library",
        "digest": text["digest"],
        "images": len(text["paths"]),
    }
    words = network.spec.words
    made = chapter_provenance(results, network.spec, network.keys, probes)
    return made | ({"vocabulary": dict(vars(words))} if words else {})


# ---------------------------------------------------------------- what is shown


@dataclass(frozen=True)
class Line:
    """A line of a plot: x and y, and where known the lower and upper end of y's interval."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


def context_lines(results: AtlasResults) -> list[Line]:
    """Nats a character by characters of context, each network's full context last; and the n-gram model's."""
    lines = [
        Line(n.spec.title, tuple(found["lengths"]), tuple(found["loss"]))
        for n in results.recurrent
        for found in (n.facts["reach"]["context"],)
    ]
    by_order = results.recurrent[0].facts["reach"]["by_order"]
    return [*lines, Line("n-grams", tuple(range(1, len(by_order))), tuple(by_order[1:]))]


def closing_lines(results: AtlasResults, kind: str) -> list[Line]:
    """Gain over the n-gram model at closing brackets or quotes ("bracket", "quote") by distance from the opening."""
    lines = []
    for network in results.recurrent:
        bins = network.facts["reach"]["closings"][kind]
        lines.append(
            Line(
                network.spec.title,
                tuple(float(one["least"]) for one in bins),
                *(tuple(one[key] for one in bins) for key in ("mean", "low", "high")),
            )
        )
    return lines


def gate_points(network: RecurrentResults) -> list[tuple[str, Array]]:
    """(gate, [H, 2] share of time below 0.1 and above 0.9) of each gate; none for a network without gates."""
    arrays = network.arrays["gates"]
    names = network.facts["gates"]["gates"]
    return [(name, np.stack([arrays["shut"][i], arrays["open"][i]], 1)) for i, name in enumerate(names)]


def winner(network: RecurrentResults, concept: str) -> dict[str, Any] | None:
    """The record of the best cell for a concept, where the texts hold it."""
    found = (record for record in network.facts["cells"]["concepts"] if record["concept"] == concept)
    return next(found, None)


def shown_cell(network: RecurrentResults) -> tuple[int, str, int]:
    """(cell, concept, sign) of the cell that the passage shows: the one with the highest held-out score."""
    best = max(network.facts["cells"]["concepts"], key=lambda record: record["score"])
    return best["cell"], best["concept"], best["sign"]


# ---------------------------------------------------------------- the figures


def _passage(results: AtlasResults) -> Figure:
    paths = list(results.recurrent[0].facts["passages"]["paths"])
    titles = {concept.name: concept.title for concept in CONCEPTS}
    told = [
        f"cell {cell} of the {n.spec.title} ({titles[concept]})"
        for n in results.recurrent
        for cell, concept, _ in (shown_cell(n),)
    ]
    return _figure(
        results, "passage", "Cells over text",
        f"Held-out source code ({listed(paths[:1])}) coloured by {listed(told)}: in each network the cell with the highest "
        "held-out score. Orange is above zero, blue below, full colour at the cell's own 99.5th percentile.",
        "Source code coloured by a cell's memory", shows_code=True,
    )  # fmt: skip


def _concepts(results: AtlasResults) -> Figure:
    facts = results.recurrent[0].facts["cells"]
    return _figure(
        results, "concepts", "What single cells stand for",
        f"The best cell for each concept: chosen on {count(facts['characters_a'], 'character')} of held-out files, scored on "
        f"{count(facts['characters_b'], 'character')} of others (area under the ROC curve; graded concepts: (1 + rank "
        "correlation) / 2; 0.5 is chance). Null: 95th percentile of the best of all cells for 200 labels shifted in a circle. "
        f"Causal: extra nats a character inside minus outside the concept when the cell is held at its mean "
        f"({count(facts['held'], 'character')}), and its percentile among 50 cells of like activity.",
        "Table of best cells, scores, null, probe and causal check",
    )  # fmt: skip


def _gates(results: AtlasResults) -> Figure:
    told = [
        f"{n.spec.title} {number(n.facts['gates']['correlation'], 2)}"
        for n in results.recurrent
        if "correlation" in n.facts["gates"]
    ]
    claim = (
        f" Rank correlation over cells between the time that the keeping gate alone would hold a memory and the measured memory length: {listed(told)}."
        if told
        else ""
    )
    return _figure(
        results, "gates", "Gate saturation",
        "Each point is a cell: the share of characters at which its gate is below 0.1 (across) and above 0.9 (up)." + claim,
        "Scatter plots of gate saturation",
    )  # fmt: skip


def _context(results: AtlasResults) -> Figure:
    told = [
        f"{n.spec.title} {number(c['all'])} with all context ({number(c['loss'][-1])} with {c['lengths'][-1]} characters)"
        for n in results.recurrent
        for c in (n.facts["reach"]["context"],)
    ]
    return _figure(
        results, "context", "How much context is used",
        f"Nats a character on held-out code when only the last characters are read: {listed(told)}, at "
        f"{count(results.recurrent[0].facts['reach']['context']['n'], 'place')}; n-gram models by their context on all "
        f"{count(results.recurrent[0].facts['reach']['characters'], 'character')}.",
        "Loss by length of context",
    )  # fmt: skip


def _closings(results: AtlasResults) -> Figure:
    return _figure(
        results, "closings", "What must be closed",
        "Gain in nats over a 7-gram model at closing brackets and quotes, by the distance from the opening one; bars are "
        "95 % bootstrap intervals. Zero: no better than the 7-gram model, which sees six characters.",
        "Gain at closing brackets and quotes by distance",
    )  # fmt: skip


def _relevance(results: AtlasResults) -> Figure:
    records = [d for n in results.recurrent for d in n.facts["relevances"]["decisions"]]
    missed = [
        f"{abs(worst['residual']):.0e} ({n.spec.title}, whose entries cancel from {worst['turnover']:.0e}, where neighbouring float64 "
        f"numbers are {worst['digits']:.0e} apart)"
        for n in results.recurrent
        if n.facts["relevances"]["decisions"]
        for worst in (
            max((d["ledger"] for d in n.facts["relevances"]["decisions"]), key=lambda ledger: abs(ledger["residual"])),
        )
    ]
    right = sum(d["probability"] > 0.5 for d in records)
    return _figure(
        results, "relevance", "What a closing sign rests on",
        f"Relevance of the last 64 characters for the logit of the closing sign that follows (against the mean logit), by "
        f"LRP, at {count(len(records), 'decision')} chosen by the text alone ({right} with the right sign above "
        f"{percent(0.5)}). The ledger of inputs, biases, stabilizer and initial state misses the score by at most {listed(missed)}: "
        "rounding only. Where entries are far larger than the score, LRP says nothing about it.",
        "Characters coloured by relevance, with ledgers", shows_code=True,
    )  # fmt: skip


def _matches(results: AtlasResults) -> Figure:
    queries = [q for n in results.recurrent for q in n.facts["matches"]["queries"]]
    better = sum(q["share"] > max(q["base"], q["chance"]) for q in queries)
    return _figure(
        results, "matches", "Where else the same cells are on",
        f"For each concept a stretch of held-out code, the cells that are on through it (tanh c of the LSTM, else h, at least "
        f"{number(THRESHOLD, 1)} or at most {number(-THRESHOLD, 1)}; those that were off just before), and the {SHOWN} stretches of other files "
        "that share most of them and add fewest others. Share: of these matches, how many lie in the concept, against all stretches "
        f"of that length and against as many cells drawn by chance. In {better} of {len(queries)} searches the match beats both.",
        "Stretches of code with the stretches that match them", shows_code=True,
    )  # fmt: skip


def _statemap(results: AtlasResults) -> Figure:
    told = [
        f"{n.spec.title} {number(f['umap']['trustworthiness'])} and {percent(f['umap']['purity'])} (shuffled {percent(f['umap']['purity_shuffled'])}); "
        f"by components {number(f['pca']['trustworthiness'])}, {percent(f['pca']['purity'])}, {percent(f['pca']['variance'])} of the variance"
        for n in results.recurrent
        for f in (n.facts["statemaps"],)
    ]
    return _figure(
        results, "statemap", "Maps of states and of cells",
        "States after single characters of held-out code, laid out by UMAP (cosine) and by principal components, coloured by what holds "
        "there; the line follows consecutive characters. Trustworthiness, and share of the 10 nearest points of the same colour: "
        f"{listed(told)}. Cells are laid out by the correlation of their states and coloured by the concept that they tell best, "
        "if better than the best of all cells for shifted labels.",
        "Maps of states and cells",
    )  # fmt: skip


_FIGURES = {
    "passage": _passage, "concepts": _concepts, "gates": _gates, "context": _context, "closings": _closings,
    "matches": _matches, "relevance": _relevance, "statemap": _statemap,
}  # fmt: skip
