"""The page of the spelling network: letters against sounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.figures.findings import findings_of
from atlas.chapters.recurrent.figures.spelling import PAGE, spelling_figures
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.records import chapter_of
from atlas.chapters.recurrent.spelling_study import METHODS, SAME_PLACE, SHOWN, SpelledWord, SpellingStudy
from atlas.publish.context import AtlasContext
from atlas.publish.page import Item, Page

NAMES = {"lrp": "LRP", "occlusion": "occlusion"}


def pages(context: AtlasContext) -> Iterator[Item]:
    """The page, where the recipe has a network that reads letters."""
    network = chapter_of(context.results).spelling
    if network is None:
        return
    study = network.spellings
    values = {
        "findings": findings_of(chapter_of(context.results), PAGE),
        "figure": spelling_figures(chapter_of(context.results))[0],
        "spec": network.spec,
        "hits": _hits(study),
        "same_place": study.hits[SAME_PLACE],
        "words": [(one, {method: _table(one, method) for method in METHODS}) for one in study.words[:SHOWN]],
        "rest": study.words[SHOWN:],
    }
    yield Page(PAGE, "recurrent/spelling.html", values)


@dataclass(frozen=True)
class SoundRow:
    """A sound with (level, is it one of its letters?) of each letter; levels are -8 to 8, of the largest in the row."""

    sound: str
    letters: list[tuple[int, bool]]


def _table(word: SpelledWord, method: str) -> list[SoundRow]:
    values = word.relevance[method]
    levels = np.rint(8 * values / np.maximum(np.abs(values).max(1, keepdims=True), 1e-12)).astype(int).tolist()
    return [
        SoundRow(sound, [(level, first <= place < end) for place, level in enumerate(row)])
        for sound, row, (first, end) in zip(word.sounds, levels, word.spans, strict=True)
    ]


def _hits(study: SpellingStudy) -> list[tuple[str, tuple[float, ...], float]]:
    """Of each method its name, its hits in the thirds of the words, and all of them."""
    return [(name, study.by_place[method], study.hits[method]) for method, name in NAMES.items()]


PAGES.add("spelling", pages)
