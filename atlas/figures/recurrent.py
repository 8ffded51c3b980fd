"""What the figures of the character networks have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atlas.figures.provenance import CREDIT, LICENCE, chapter_provenance
from atlas.figures.words import listed
from atlas.measured import AtlasResults, Figure, RecurrentResults
from atlas.recurrent.concepts import CONCEPTS

PAGE = "recurrent/index.html"
STATES = "recurrent/states.html"
RELIANCE = "recurrent/reliance.html"
SOURCE = "Python source code: Python Software Foundation (PSF-2.0)"
TITLES = {concept.name: concept.title for concept in CONCEPTS}


def recurrent_figure(
    results: AtlasResults, name: str, *, page: str = PAGE, plot: bool = False, shows_code: bool = False, **words: str
) -> Figure:
    """The figure `recurrent/<name>` of all character networks on `page`, a plot or lines of words; `words` are its title, caption and
    alt text.
    """
    names = listed([network.spec.title for network in results.recurrent])
    return Figure(
        id=f"recurrent/{name}",
        kind="recurrent-plot" if plot else "recurrent",
        title=words["title"],
        caption=words["caption"],
        alt=f"{words['alt']} for {names}.",
        page=f"{page}#{name}",
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


@dataclass(frozen=True)
class Line:
    """A line of a plot: x and y, and where known the lower and upper end of y's interval."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


def winner(network: RecurrentResults, concept: str) -> dict[str, Any] | None:
    """The record of the best cell for a concept, where the texts hold it."""
    found = (record for record in network.facts["cells"]["concepts"] if record["concept"] == concept)
    return next(found, None)


def shown_cell(network: RecurrentResults) -> tuple[int, str, int]:
    """(cell, concept, sign) of the cell that the passage shows: the one with the highest held-out score."""
    best = max(network.facts["cells"]["concepts"], key=lambda record: record["score"])
    return best["cell"], best["concept"], best["sign"]
