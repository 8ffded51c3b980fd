"""The list of methods, by family: a card each with a map of one image for one network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atlas.chapters.heatmaps.pages import PAGES
from atlas.chapters.heatmaps.pages.context import WallContext
from atlas.chapters.heatmaps.places import METHODS_PAGE, method_page, sheet_file
from atlas.publish.page import Item, Page


@dataclass(frozen=True)
class Sample:
    """A tile of a sheet: its place and the sheet's file."""

    place: int
    file: str


def pages(context: WallContext) -> Iterator[Item]:
    """The page."""
    network = context.networks[-1]
    row = context.rows[network.spec.name, 0, 0]
    file = sheet_file(network.spec.name, context.image(0).id, 0)
    samples = {cell.method: None if cell.reason else Sample(place, file) for place, cell in enumerate(row.cells)}
    yield Page(
        METHODS_PAGE,
        "heatmaps/methods.html",
        {"context": context, "network": network, "samples": samples, "method_page": method_page},
    )


PAGES.add("methods", pages)
