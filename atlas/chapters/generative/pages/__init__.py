"""The pages of the generators, one file per kind of page; importing this package registers them. None needs torch."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from atlas.chapters.generative.figures import all_figures
from atlas.chapters.generative.figures.directions import ATTRIBUTE, is_better
from atlas.chapters.generative.figures.figure import CHAPTER
from atlas.chapters.generative.figures.findings import findings as found
from atlas.chapters.generative.places import dissection_page, generator_page
from atlas.chapters.generative.records import GeneratorResults, chapter_of
from atlas.core.registry import Registry
from atlas.publish.context import AtlasContext
from atlas.publish.finding import Findings
from atlas.publish.index import IndexEntries, IndexSection
from atlas.publish.page import Item, MenuEntry

PAGES: Registry[Callable[[AtlasContext], Iterator[Item]]] = Registry("page of the generative chapter")


def pages(context: AtlasContext, written: Mapping[str, object]) -> Iterator[Item]:
    """All pages of the chapter; none where the recipe has no generator."""
    for make in PAGES.values():
        yield from make(context)


def menu(context: AtlasContext) -> list[MenuEntry]:
    """The chapter's opening page, where there is one."""
    return [MenuEntry("Generators", CHAPTER)] if chapter_of(context.results).generators else []


def index(context: AtlasContext, written: Mapping[str, object]) -> Iterator[IndexEntries]:
    """The directions of each generator, with what each moves most if more than chance does, and its dissected units."""
    for generator in chapter_of(context.results).generators:
        home = generator_page(generator.spec.name)
        yield _directions(generator, home)
        for layer in generator.units.layers:
            page, title = dissection_page(generator.spec.name, layer), _layer_title(generator, layer)
            units = tuple(sorted(generator.units.dissections[layer].units.tolist()))
            yield IndexSection(home, page, generator.spec.title, layer, title, units), []


def _directions(generator: GeneratorResults, home: str) -> IndexEntries:
    reports = generator.directions.directions
    slugs = tuple(report.name for report in reports)
    section = IndexSection(home, home, generator.spec.title, "directions", "Directions", slugs, "direction")
    moved = [(report.name, ATTRIBUTE[report.target].title.lower()) for report in reports if is_better(report)]
    return section, moved


def _layer_title(generator: GeneratorResults, name: str) -> str:
    return next(layer.title for layer in generator.spec.layers if layer.name == name)


def findings(context: AtlasContext, written: Mapping[str, object]) -> list[Findings]:
    """What was found in the chapter."""
    return found(chapter_of(context.results))


def counts(context: AtlasContext, written: Mapping[str, object]) -> dict[str, int]:
    """How many figures there are."""
    return {"figures": sum(1 for _ in all_figures(context.results))}


def record(context: AtlasContext, written: Mapping[str, object]) -> dict[str, Any]:
    """The generators, for programs."""
    return {"generators": [_generator(generator) for generator in chapter_of(context.results).generators]}


def _generator(generator: GeneratorResults) -> dict[str, Any]:
    return {
        "name": generator.spec.name,
        "title": generator.spec.title,
        "directions": len(generator.directions.directions),
        "units": {layer: len(generator.units.dissections[layer].units) for layer in generator.units.layers},
    }


for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")
