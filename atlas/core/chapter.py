"""A chapter of the atlas: a folder of `atlas/chapters`, known by names alone until one of its parts is asked for."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

PACKAGE = "atlas.chapters"


@dataclass(frozen=True)
class Chapter:
    """The record of a chapter. Reading it loads nothing; its parts are modules of `package`, present where needed:

    `recipe`    SECTION: its section of the recipe (`atlas.recipe.sections.ChapterSection`)
    `plan`      STEPS, tasks(context): what it computes (`atlas.pipeline.plan.PlanPart`)
    `steps`     RUN: the work of each step (`atlas.pipeline.run.StepsPart`)
    `results`   read(plan, store): its own record (`atlas.pipeline.results.ResultsPart`)
    `figures`   all_figures(results): its figures (`atlas.publish.catalogue.FiguresPart`)
    `drawings`  registers how its figures are drawn for export (`atlas.publish.drawing`)
    `pages`     its pages, menu, index entries and slots (`atlas.publish.site.PagesPart`)
    `listing`   LISTINGS, specs(): what it registers (`atlas.cli.listing.ListingPart`)
    `commands`  COMMANDS: functions by name that it adds to the command line
    """

    name: str  # its section of the recipe, its folder of the site, the first part of its figures' ids
    order: int  # its place in menus and lists
    package: str

    def part(self, name: str) -> Any:
        """The module `name` of the chapter, None where it has none."""
        return _module(f"{self.package}.{name}")


@cache
def _module(name: str) -> Any:
    return import_module(name) if find_spec(name) else None


@cache
def chapters() -> tuple[Chapter, ...]:
    """All chapters in their order: the folders on the path of `atlas.chapters`, which explains how to add your own."""
    found = [
        import_module(f"{PACKAGE}.{module.name}").CHAPTER
        for module in pkgutil.iter_modules(import_module(PACKAGE).__path__)
    ]
    return tuple(sorted(found, key=lambda chapter: chapter.order))


def parts(name: str) -> Iterator[tuple[Chapter, Any]]:
    """Each chapter that has a module `name`, with that module."""
    for chapter in chapters():
        part = chapter.part(name)
        if part is not None:
            yield chapter, part
