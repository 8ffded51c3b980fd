"""All figures of the recurrent chapter, whatever its networks read."""

from __future__ import annotations

from atlas.chapters.recurrent.figures import attribution, concepts, memory, states
from atlas.chapters.recurrent.figures.cell import cell_figures
from atlas.chapters.recurrent.figures.character import networks_of
from atlas.chapters.recurrent.figures.sentiment import sentiment_figures
from atlas.chapters.recurrent.figures.speech import speech_figures
from atlas.chapters.recurrent.figures.spelling import spelling_figures
from atlas.chapters.recurrent.records import RecurrentChapter, chapter_of
from atlas.core.results import AtlasResults, Figure

FIGURES = concepts.FIGURES | memory.FIGURES | attribution.FIGURES | states.FIGURES


def recurrent_figures(results: RecurrentChapter) -> tuple[Figure, ...]:
    """Those of the networks that read code, in the order of the pages; none without networks that one can be about."""
    each = {name: networks_of(results, name) for name in FIGURES}
    return tuple(FIGURES[name](networks) for name, networks in each.items() if networks.networks)


def all_figures(atlas: AtlasResults) -> tuple[Figure, ...]:
    """All of the chapter, in the order of the pages; those of a kind of network are there where the recipe has one."""
    results = chapter_of(atlas)
    return (
        *recurrent_figures(results),
        *sentiment_figures(results),
        *spelling_figures(results),
        *speech_figures(results),
        *cell_figures(results),
    )
