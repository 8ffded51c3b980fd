"""The home page: the line of history, a row for each network, then the chapters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas.chapters.vision.figures.diagnosis import pair
from atlas.chapters.vision.figures.sheet import wall_figure
from atlas.chapters.vision.pages import PAGES
from atlas.chapters.vision.pages.context import LayerSummary, NetworkSummary
from atlas.chapters.vision.pages.map import map_thumb_file
from atlas.chapters.vision.pages.network import widest
from atlas.chapters.vision.pages.wall import Course, courses
from atlas.chapters.vision.places import diagnosis_page
from atlas.core.report import DIAGNOSED
from atlas.publish.context import AtlasContext
from atlas.publish.format import THIN
from atlas.publish.page import Item, Page
from atlas.publish.words import number

MAPS = 12  # of one network; its own page leads to all


@dataclass(frozen=True)
class Vital:
    """One fact about a network: in short, in full, and what it means."""

    name: str
    short: str
    full: str


@dataclass(frozen=True)
class Row:
    """A network in the line of history; `course` is None where it has no pictures."""

    chapter: NetworkSummary
    course: Course | None
    vitals: tuple[Vital, ...]
    more: str = ""  # the page that tells more of what its paper changed


def pages(desk: AtlasContext, chapters: Sequence[NetworkSummary]) -> Iterator[Item]:
    """The home page and the sheets of its wall."""
    wall = {course.chapter.network.spec.name: course for course in courses(chapters)}
    yield from (course.asset() for course in wall.values())
    shown = [brick.unit for course in wall.values() for column in course.columns for brick in column.bricks]
    layers = [layer for chapter in chapters for layer in chapter.layers]
    more = {DIAGNOSED[-1]: diagnosis_page(DIAGNOSED[-1])} if pair(desk.results) else {}
    context = {
        "history": [
            Row(chapter, wall.get(chapter.network.spec.name), vitals(chapter), more.get(chapter.network.spec.name, ""))
            for chapter in chapters
        ],
        "figure": wall_figure(desk.results, shown),
        "chapters": chapters,
        "years": sorted({chapter.network.spec.year for chapter in chapters}),
        "units": sum(layer.units for layer in layers),
        "pictures": sum(layer.pictures for layer in layers),
        "mapped": sum(layer.map is not None for layer in layers),
        "maps": [
            (chapter, some(mapped), len(mapped))
            for chapter in chapters
            if (mapped := [layer for layer in chapter.layers if layer.map])
        ],
        "map_thumb_file": map_thumb_file,
        "probes": desk.results.probes,
        "recipe": desk.results.recipe,
    }
    yield Page("index.html", "vision/home.html", context)


def some(layers: Sequence[LayerSummary]) -> list[LayerSummary]:
    """At most `MAPS` of a network's layers, from the first to the last, evenly."""
    count = min(len(layers), MAPS)
    return [layers[place * (len(layers) - 1) // max(count - 1, 1)] for place in range(count)]


def vitals(chapter: NetworkSummary) -> tuple[Vital, ...]:
    """Accuracy (where it was measured), parameters, multiply-adds, depth, receptive field."""
    network, card, field = chapter.network, chapter.network.card, widest(chapter)
    found = []
    if card is not None:
        error = 100 * card.error(card.top1)
        told = f"{100 * card.top1:.1f} ± {error:.1f} % of {card.images:,} validation images named right"
        found.append(Vital("top-1", f"{100 * card.top1:.1f}{THIN}%", told))
    cost = network.structure.multiply_adds
    return (
        *found,
        Vital("parameters", compact(network.parameters), f"{network.parameters:,} parameters"),
        Vital("multiply-adds", compact(cost), f"{cost:,} multiply-adds for one image"),
        Vital("layers deep", f"{network.structure.depth}", "layers with weights on the longest path"),
        Vital("field", f"{field}{THIN}px" if field else "all", "receptive field of the last map, in input pixels"),
    )


def compact(amount: int) -> str:
    """An amount in the unit that reads best: 1.82 M."""
    for unit, scale in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if amount >= scale:
            return f"{number(amount / scale)}{THIN}{unit}"
    return str(amount)


PAGES.add("home", pages)
