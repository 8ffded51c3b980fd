"""The wall of each image and target: rows are networks, columns methods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atlas.chapters.heatmaps.figures.wall import row_figure, wall_figure
from atlas.chapters.heatmaps.maps import TARGETS
from atlas.chapters.heatmaps.pages import PAGES
from atlas.chapters.heatmaps.pages.context import WallContext
from atlas.chapters.heatmaps.places import method_page, sheet_file, wall_page
from atlas.chapters.heatmaps.records import NetworkMaps
from atlas.chapters.heatmaps.wall import Decision, WallRow
from atlas.publish.page import Item, Page


@dataclass(frozen=True)
class Line:
    """A row as the page shows it."""

    network: NetworkMaps
    hue: int
    row: WallRow
    decision: Decision
    file: str


def pages(context: WallContext) -> Iterator[Item]:
    """A page for each image and target."""
    for image in range(len(context.chapter.images)):
        for target in context.chapter.targets(image):
            yield page(context, image, target, wall_page(context.image(image).id, target))


def page(context: WallContext, image: int, target: int, path: str) -> Page:
    """The wall of one image and target at `path`."""
    return Page(path, "heatmaps/wall.html", values(context, image, target))


def values(context: WallContext, image: int, target: int) -> dict[str, object]:
    """What the template of a wall needs."""
    results, chapter = context.atlas.results, context.chapter
    figure = wall_figure(results, chapter, image, target)
    return {
        "context": context,
        "image": image,
        "target": target,
        "targets": TARGETS,
        "lines": lines(context, image, target),
        "figure": figure,
        "rows": [row_figure(results, chapter, network, image, target) for network in context.networks],
        "method_page": method_page,
        "wall_page": wall_page,
        "count": len(chapter.images),
    }


def lines(context: WallContext, image: int, target: int) -> list[Line]:
    """The rows of a wall, oldest network first."""
    return [
        Line(
            network=network,
            hue=context.hue(network),
            row=context.rows[network.spec.name, image, target],
            decision=context.decision(network, image),
            file=sheet_file(network.spec.name, context.image(image).id, target),
        )
        for network in context.networks
    ]


PAGES.add("wall", pages)
