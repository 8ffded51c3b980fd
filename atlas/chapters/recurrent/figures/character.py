"""What the figures of the networks that read code have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from atlas.chapters.recurrent.cells import CellFinding
from atlas.chapters.recurrent.concepts import CONCEPTS
from atlas.chapters.recurrent.records import CodeResults, RecurrentChapter
from atlas.core.results import Figure
from atlas.networks.custom_recurrent import MARKS
from atlas.networks.recurrent import ALPHABET, START
from atlas.publish.provenance import CREDIT, LICENCE, chapter_provenance, published_source
from atlas.publish.words import listed, number, percent

PAGE = "recurrent/index.html"
STATES = "recurrent/states.html"
RELIANCE = "recurrent/reliance.html"
SOURCE = "Python source code: Python Software Foundation (PSF-2.0)"
PREDICTIONS = {"causal", "context", "closings", "errors", "relevance", "deletion"}
"""The figures about predictions, which an encoder does not make."""
TITLES = {concept.name: concept.title for concept in CONCEPTS}


def networks_of(results: RecurrentChapter, name: str) -> RecurrentChapter:
    """The results with those networks that the figure `recurrent/<name>` is of."""
    return results.without_encoders if name in PREDICTIONS else results


def names_of(network: CodeResults) -> Sequence[str]:
    """The characters of each symbol of a network, and after them those of tokens that its vocabulary lacks."""
    return network.tokens.names if network.tokens else ALPHABET


def visible(name: str) -> str:
    """A symbol shown alone: invisible characters have a sign."""
    if name in (START, MARKS[START]):
        return "start of file"
    shown = name if name.strip() else name.replace(" ", "␣")
    return shown.replace("\n", "↵").replace("\t", "⇥")


def token_note(results: RecurrentChapter) -> str:
    """A sentence on the networks that read tokens; "" without one."""
    readers = [n.spec.title for n in results.networks if n.tokens]
    return f" For the {listed(readers)}, read token for character." if readers else ""


def counted_tokens(results: RecurrentChapter) -> str:
    """The tokens of the networks that read them: how long they are, and how many are unknown."""
    each = [
        f"{n.spec.title} reads tokens of {number(n.tokens.characters / n.tokens.count, 2)} characters on average, "
        f"of which its vocabulary lacks {percent(n.tokens.unknown)}"
        for n in results.networks
        if n.tokens
    ]
    return f" The {listed(each)}." if each else ""


def recurrent_figure(
    results: RecurrentChapter,
    name: str,
    *,
    page: str = PAGE,
    plot: bool = False,
    shows_code: bool = False,
    by_step: bool = True,
    **words: str,
) -> Figure:
    """The figure `recurrent/<name>` of all networks that read code, on `page`, a plot or lines of words.

    `words` are its title, caption and alt text. `by_step`: its counts are of symbols, so the caption names the networks
    that read tokens.
    """
    names = listed([network.spec.title for network in results.networks])
    return Figure(
        id=f"recurrent/{name}",
        kind="recurrent-plot" if plot else "recurrent",
        title=words["title"],
        caption=words["caption"] + (token_note(results) if by_step else ""),
        alt=f"{words['alt']}: {names}.",
        page=f"{page}#{name}",
        files=(),
        licence=f"{LICENCE} AND PSF-2.0" if shows_code else LICENCE,
        attribution=f"{CREDIT} ({LICENCE})" + (f"; {SOURCE}" if shows_code else ""),
        provenance={"networks": [read_from(results, network) for network in results.networks]},
    )


def read_from(results: RecurrentChapter, network: CodeResults) -> dict[str, Any]:
    """What a figure of one of the networks was made from."""
    text = network.text
    probes = {
        "name": f"Python {text.python} standard library",
        "digest": text.digest,
        "images": len(text.paths),
    }
    words = network.spec.words
    made = chapter_provenance(results.atlas, network.spec, network.keys, probes)
    cut = network.spec.tokenizer
    return (
        made | ({"vocabulary": published_source(words)} if words else {}) | ({"tokenizer": asdict(cut)} if cut else {})
    )


def best_cell(network: CodeResults, concept: str) -> CellFinding | None:
    """The best cell for a concept, where the texts contain it."""
    return next((finding for finding in network.cells.concepts if finding.concept == concept), None)


def shown_cell(network: CodeResults) -> CellFinding:
    """The cell that the passage shows: the one with the highest held-out score."""
    return max(network.cells.concepts, key=lambda finding: finding.score)
