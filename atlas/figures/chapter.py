"""All figures of the recurrent chapter, whatever its networks read."""

from __future__ import annotations

from atlas.figures import claims, memory, reliance, states
from atlas.figures.cell import cell_figures
from atlas.figures.hearing import hearing_figures
from atlas.figures.recurrent import told_of
from atlas.figures.sentiment import sentiment_figures
from atlas.figures.spelling import spelling_figures
from atlas.measured import AtlasResults, Figure

FIGURES = claims.FIGURES | memory.FIGURES | reliance.FIGURES | states.FIGURES


def recurrent_figures(results: AtlasResults) -> tuple[Figure, ...]:
    """Those of the networks that read code, in the order of the pages; none without networks that one can be told of."""
    each = {name: told_of(results, name) for name in FIGURES}
    return tuple(FIGURES[name](networks) for name, networks in each.items() if networks.recurrent)


def chapter_figures(results: AtlasResults) -> tuple[Figure, ...]:
    """In the order of the pages; those of a kind of network are there where the recipe has one."""
    return (
        *recurrent_figures(results),
        *sentiment_figures(results),
        *spelling_figures(results),
        *hearing_figures(results),
        *cell_figures(results),
    )
