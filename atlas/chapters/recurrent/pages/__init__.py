"""The pages of the recurrent networks, one file per kind of page; importing this package registers them.

None needs torch.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from atlas.chapters.recurrent.figures import all_figures
from atlas.chapters.recurrent.figures.cell import cells_page, concept_scores, named_cells
from atlas.chapters.recurrent.figures.character import PAGE
from atlas.chapters.recurrent.figures.findings import findings as found
from atlas.chapters.recurrent.records import CodeResults, RecurrentResults, chapter_of
from atlas.core.registry import Registry
from atlas.publish.context import AtlasContext
from atlas.publish.finding import Findings
from atlas.publish.index import IndexEntries, IndexSection
from atlas.publish.page import Item, MenuEntry

PAGES: Registry[Callable[[AtlasContext], Iterator[Item]]] = Registry("page of the recurrent chapter")


def pages(context: AtlasContext, written: Mapping[str, object]) -> Iterator[Item]:
    """All pages of the chapter; none where the recipe has no recurrent network."""
    for make in PAGES.values():
        yield from make(context)


def menu(context: AtlasContext) -> list[MenuEntry]:
    """The chapter's opening page, where there is one."""
    return [MenuEntry("Recurrent", PAGE)] if chapter_of(context.results).networks else []


def index(context: AtlasContext, written: Mapping[str, object]) -> Iterator[IndexEntries]:
    """The cells that have a page, with the concept that each predicts best, if better than chance."""
    for network in chapter_of(context.results).networks:
        cells = named_cells(network)
        page = cells_page(network.spec.name)
        section = IndexSection(page, page, network.spec.title, "cells", "Cells", cells, "cell")
        best = [(cell, score) for cell in cells for score in concept_scores(network, cell)[:1]]
        yield section, [(cell, score.concept) for cell, score in best if score.above]


def findings(context: AtlasContext, written: Mapping[str, object]) -> list[Findings]:
    """What was found in the chapter."""
    return found(chapter_of(context.results))


def counts(context: AtlasContext, written: Mapping[str, object]) -> dict[str, int]:
    """How many figures there are."""
    return {"figures": len(all_figures(context.results))}


def record(context: AtlasContext, written: Mapping[str, object]) -> dict[str, Any]:
    """The networks, for programs: those that read code, then the others."""
    return {"recurrent": [_network(network) for network in chapter_of(context.results).all]}


def _network(network: RecurrentResults) -> dict[str, Any]:
    spec = network.spec
    return {
        "name": spec.name,
        "title": spec.title,
        "kind": spec.cell,
        "cells": spec.cells,
        "reads": spec.reads,
        "pages": len(named_cells(network)) if isinstance(network, CodeResults) else 0,
    }


for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")
