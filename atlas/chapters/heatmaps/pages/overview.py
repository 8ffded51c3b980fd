"""The chapter's opening page: the wall of the first image, the other images, the methods."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.chapters.heatmaps.pages import PAGES
from atlas.chapters.heatmaps.pages.context import WallContext
from atlas.chapters.heatmaps.pages.wall import values
from atlas.chapters.heatmaps.places import CHAPTER
from atlas.publish.bibliography import bibliography
from atlas.publish.page import Item, Page


def pages(context: WallContext) -> Iterator[Item]:
    """The page."""
    more = {"papers": bibliography(), "probes": context.atlas.results.probes}
    yield Page(CHAPTER, "heatmaps/overview.html", values(context, 0, 0) | more)


PAGES.add("overview", pages)
