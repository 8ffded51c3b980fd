"""The pages of the chapter, one file per kind of page; importing this package registers them. None needs torch."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from atlas.chapters.heatmaps.figures import all_figures
from atlas.chapters.heatmaps.figures.findings import findings as found
from atlas.chapters.heatmaps.pages.context import WallContext
from atlas.chapters.heatmaps.places import CHAPTER, METHODS_PAGE
from atlas.chapters.heatmaps.records import chapter_of
from atlas.core.registry import Registry
from atlas.publish.context import AtlasContext
from atlas.publish.finding import Findings
from atlas.publish.index import IndexEntries, IndexSection
from atlas.publish.page import Asset, Item, MenuEntry

PAGES: Registry[Callable[[WallContext], Iterator[Item]]] = Registry("page of the heat maps")


def pages(context: AtlasContext, written: Mapping[str, object]) -> Iterator[Item]:
    """All pages and pictures; none where the recipe has no heat maps."""
    chapter = chapter_of(context.results)
    if chapter.networks:
        yield from items(WallContext(context, chapter))


def items(wall: WallContext) -> Iterator[Item]:
    """The sheets of all maps, then all pages."""
    for path, data in wall.sheets():
        yield Asset(path, data)
    for make in PAGES.values():
        yield from make(wall)


def menu(context: AtlasContext) -> list[MenuEntry]:
    """The chapter's opening page, where there is one."""
    return [MenuEntry("Heat maps", CHAPTER)] if chapter_of(context.results).networks else []


def index(context: AtlasContext, written: Mapping[str, object]) -> Iterator[IndexEntries]:
    """The methods by their titles."""
    chapter = chapter_of(context.results)
    if not chapter.networks:
        return
    section = IndexSection(CHAPTER, METHODS_PAGE, "Heat maps", "methods", "Methods", chapter.methods, "method")
    yield section, [(method.name, method.title.lower()) for method in chapter.found]


def findings(context: AtlasContext, written: Mapping[str, object]) -> list[Findings]:
    """What was found about heat maps."""
    return found(context.results)


def counts(context: AtlasContext, written: Mapping[str, object]) -> dict[str, int]:
    """How many figures there are."""
    return {"figures": sum(1 for _ in all_figures(context.results))}


def record(context: AtlasContext, written: Mapping[str, object]) -> dict[str, Any]:
    """The methods, networks and images of the wall, for programs."""
    chapter = chapter_of(context.results)
    images = [context.image(index).id for index in chapter.images]
    networks = [network.spec.name for network in chapter.networks]
    return {"heatmaps": {"methods": list(chapter.methods), "networks": networks, "images": images}}


for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")

SLOTS = import_module(f"{__name__}.slots").SLOTS
