"""From the id of a figure to its record, and all ids there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Protocol

from atlas.core.chapter import parts
from atlas.core.errors import UnknownName
from atlas.core.results import AtlasResults, Figure


class FiguresPart(Protocol):
    """The part `figures` of a chapter.

    A chapter with many figures also offers `firsts`, `find` and `all_ids`, which do not make all of them.
    """

    def all_figures(self, results: AtlasResults) -> Iterable[Figure]:
        """All figures of the chapter; none where the recipe has no network of it."""


def find(results: AtlasResults, figure_id: str) -> Figure:
    """The figure with this id. UnknownName lists what exists beside the first part of the id that does not."""
    first, known = figure_id.partition("/")[0], list[str]()
    for chapter, part in parts("figures"):
        firsts = part.firsts(results) if hasattr(part, "firsts") else (chapter.name,)
        if first in firsts:
            figure: Figure = (part.find if hasattr(part, "find") else partial(_among, part))(results, figure_id)
            return figure
        known += firsts
    raise UnknownName(f"network or chapter (the first part of {figure_id!r})", first, known)


def _among(part: FiguresPart, results: AtlasResults, figure_id: str) -> Figure:
    found = {figure.id: figure for figure in part.all_figures(results)}
    if figure_id not in found:
        raise UnknownName(f"figure of the {figure_id.partition('/')[0]} chapter", figure_id, found)
    return found[figure_id]


def all_ids(results: AtlasResults) -> Iterator[str]:
    """The ids of all figures, chapter by chapter."""
    for _, part in parts("figures"):
        yield from part.all_ids(results) if hasattr(part, "all_ids") else (one.id for one in part.all_figures(results))
