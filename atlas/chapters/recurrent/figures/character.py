"""What the figures of the character networks have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from atlas.chapters.recurrent.concepts import CONCEPTS
from atlas.chapters.recurrent.records import RecurrentChapter, RecurrentResults
from atlas.core.results import Figure
from atlas.networks.custom_recurrent import MARKS
from atlas.networks.recurrent import ALPHABET, START
from atlas.publish.provenance import CREDIT, LICENCE, chapter_provenance
from atlas.publish.words import listed, number, percent

PAGE = "recurrent/index.html"
STATES = "recurrent/states.html"
RELIANCE = "recurrent/reliance.html"
SOURCE = "Python source code: Python Software Foundation (PSF-2.0)"
PREDICTIONS = {"causal", "context", "closings", "errors", "relevance", "deletion"}
"""The figures of what a network says, which an encoder does not."""
TITLES = {concept.name: concept.title for concept in CONCEPTS}


def told_of(results: RecurrentChapter, name: str) -> RecurrentChapter:
    """The results with those networks that the figure `recurrent/<name>` is of."""
    return results.predicting if name in PREDICTIONS else results


def names_of(network: RecurrentResults) -> Sequence[str]:
    """How the symbols of a network read, and behind them tokens that it lacks."""
    return network.facts["tokens"]["names"] if network.spec.tokenizer else ALPHABET


def visible(name: str) -> str:
    """A symbol where it stands alone: what would not be seen has a sign."""
    if name in (START, MARKS[START]):
        return "start of file"
    shown = name if name.strip() else name.replace(" ", "␣")
    return shown.replace("\n", "↵").replace("\t", "⇥")


def told_tokens(results: RecurrentChapter) -> str:
    """Which networks read tokens."""
    told = [n.spec.title for n in results.networks if n.spec.tokenizer]
    return f" Tokens stand in place of characters for the {listed(told)}." if told else ""


def counted_tokens(results: RecurrentChapter) -> str:
    """The tokens of the networks that read them: how long they are, and how many are unknown."""
    told = [
        f"{n.spec.title} reads tokens of {number(facts['characters'] / facts['tokens'], 2)} characters on average, of which its vocabulary lacks "
        f"{percent(facts['unknown'])}"
        for n in results.networks
        if n.spec.tokenizer
        for facts in (n.facts["tokens"],)
    ]
    return f" The {listed(told)}." if told else ""


def recurrent_figure(
    results: RecurrentChapter, name: str, *, page: str = PAGE, plot: bool = False, shows_code: bool = False, by_step: bool = True, **words: str
) -> Figure:  # fmt: skip
    """The figure `recurrent/<name>` of all networks that read code, on `page`, a plot or lines of words; `words` are its title, caption and
    alt text. `by_step`: it counts what is read, and what that is the caption tells of networks that read tokens.
    """
    names = listed([network.spec.title for network in results.networks])
    return Figure(
        id=f"recurrent/{name}",
        kind="recurrent-plot" if plot else "recurrent",
        title=words["title"],
        caption=words["caption"] + (told_tokens(results) if by_step else ""),
        alt=f"{words['alt']} for {names}.",
        page=f"{page}#{name}",
        files=(),
        licence=f"{LICENCE} AND PSF-2.0" if shows_code else LICENCE,
        attribution=f"{CREDIT} ({LICENCE})" + (f"; {SOURCE}" if shows_code else ""),
        provenance={"networks": [read_from(results, network) for network in results.networks]},
    )


def read_from(results: RecurrentChapter, network: RecurrentResults) -> dict[str, Any]:
    """What a figure of one of the networks was made from."""
    text = network.text
    probes = {
        "name": f"Python {text['python']} standard library",
        "digest": text["digest"],
        "images": len(text["paths"]),
    }
    words = network.spec.words
    made = chapter_provenance(results.atlas, network.spec, network.keys, probes)
    cut = network.spec.tokenizer
    return made | ({"vocabulary": dict(vars(words))} if words else {}) | ({"tokenizer": asdict(cut)} if cut else {})


def winner(network: RecurrentResults, concept: str) -> dict[str, Any] | None:
    """The record of the best cell for a concept, where the texts hold it."""
    found = (record for record in network.facts["cells"]["concepts"] if record["concept"] == concept)
    return next(found, None)


def shown_cell(network: RecurrentResults) -> tuple[int, str, int]:
    """(cell, concept, sign) of the cell that the passage shows: the one with the highest held-out score."""
    best = max(network.facts["cells"]["concepts"], key=lambda record: record["score"])
    return best["cell"], best["concept"], best["sign"]
