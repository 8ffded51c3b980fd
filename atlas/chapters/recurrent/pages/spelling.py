"""The page of the spelling network: letters against sounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from atlas.chapters.recurrent.figures.spelling import PAGE, READS, spelling_figures
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.records import RecurrentResults, chapter_of
from atlas.chapters.recurrent.spelling_study import METHODS, SHOWN
from atlas.publish.context import AtlasContext
from atlas.publish.page import Item, Page


def pages(desk: AtlasContext) -> Iterator[Item]:
    """The page, where the recipe has a network that reads letters."""
    network = chapter_of(desk.results).readers.get(READS)
    if network is None:
        return
    facts = network.facts["spellings"]
    context = {
        "figure": spelling_figures(chapter_of(desk.results))[0],
        "spec": network.spec,
        "facts": facts,
        "tables": [_table(network, word) for word in facts["words"][:SHOWN]],
        "rest": facts["words"][SHOWN:],
    }
    yield Page(PAGE, "recurrent/spelling.html", context)


def _table(network: RecurrentResults, word: dict[str, Any]) -> dict[str, Any]:
    """A row a sound: (level, belongs) of each letter, by method; levels are -8 to 8, of the largest in the row."""
    rows = []
    for method in METHODS:
        values = network.arrays["spellings"][f"{word['word']}/{method}"]
        levels = np.rint(8 * values / np.maximum(np.abs(values).max(1, keepdims=True), 1e-12)).astype(int).tolist()
        own = [
            (sound, [(level, first <= place < end) for place, level in enumerate(row)])
            for sound, row, (first, end) in zip(word["sounds"], levels, word["spans"], strict=True)
        ]
        rows.append((method, own))
    return {"word": word["word"], "letters": [*word["word"], "end"], "methods": rows}


PAGES.add("spelling", pages)
