"""The home page: the wall, then the chapters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atlas.figures.sheet import wall_figure
from atlas.views import ATLAS_VIEWS
from atlas.views.desk import Chapter, Desk
from atlas.views.map import map_thumb_file
from atlas.views.page import Item, Page
from atlas.views.wall import courses


def pages(desk: Desk, chapters: Sequence[Chapter]) -> Iterator[Item]:
    """The home page and the sheets of its wall."""
    wall = courses(chapters)
    yield from (course.asset() for course in wall)
    shown = [brick.unit for course in wall for column in course.columns for brick in column.bricks]
    layers = [layer for chapter in chapters for layer in chapter.layers]
    context = {
        "wall": wall,
        "figure": wall_figure(desk.results, shown),
        "chapters": chapters,
        "units": sum(layer.units for layer in layers),
        "pictures": sum(layer.pictures for layer in layers),
        "maps": [
            (chapter, [layer for layer in chapter.layers if layer.map])
            for chapter in chapters
            if any(layer.map for layer in chapter.layers)
        ],
        "map_thumb_file": map_thumb_file,
        "probes": desk.results.probes,
        "recipe": desk.results.recipe,
    }
    yield Page("index.html", "home.html", context)


ATLAS_VIEWS.add("home", pages)
