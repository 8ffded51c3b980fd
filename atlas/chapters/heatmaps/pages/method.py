"""The page of each method: what it computes, the same three images through all networks, what is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atlas.chapters.heatmaps.maps import TARGETS
from atlas.chapters.heatmaps.overlay import sheet
from atlas.chapters.heatmaps.pages import PAGES
from atlas.chapters.heatmaps.pages.context import FAMILY_TITLES, SHOWN, WallContext
from atlas.chapters.heatmaps.pages.wall import lines
from atlas.chapters.heatmaps.places import method_file, method_page, wall_page
from atlas.methods.attribution.method import Method
from atlas.publish.bibliography import bibliography
from atlas.publish.page import Asset, Item, Page


def pages(context: WallContext) -> Iterator[Item]:
    """A page and a sheet for each method."""
    methods, count = context.chapter.found, len(context.networks)
    for place, method in enumerate(methods):
        images = range(min(SHOWN, len(context.chapter.images)))
        rows = [context.shown[network.spec.name, image] for image in images for network in context.networks]
        yield Asset(method_file(method.name), sheet([row.tiles[place] for row in rows], count))
        yield Page(method_page(method.name), "heatmaps/method.html", _values(context, methods, place))


def _values(context: WallContext, methods: Sequence[Method], place: int) -> dict[str, object]:
    method, images = methods[place], range(min(SHOWN, len(context.chapter.images)))
    return {
        "context": context,
        "method": method,
        "family": FAMILY_TITLES[method.family],
        "paper": bibliography().get(method.paper),
        "place": place,
        "previous": methods[place - 1] if place else None,
        "next": methods[place + 1] if place + 1 < len(methods) else None,
        "images": [(image, lines(context, image, 0)) for image in images],
        "targets": TARGETS,
        "file": method_file(method.name),
        "method_page": method_page,
        "wall_page": wall_page,
    }


PAGES.add("method", pages)
