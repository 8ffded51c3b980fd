"""The page of AlexNet and ZFNet seen from the back."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.chapters.heatmaps.figures.spectra import findings, lines, spectra_figure
from atlas.chapters.heatmaps.pages import PAGES
from atlas.chapters.heatmaps.pages.context import WallContext
from atlas.chapters.heatmaps.places import SPECTRA_PAGE, method_page
from atlas.chapters.heatmaps.spectra import METHOD, spectra
from atlas.publish.chart import chart
from atlas.publish.page import Item, Page


def pages(context: WallContext) -> Iterator[Item]:
    """The page, where the recipe has both networks."""
    pair = spectra(context.atlas.results, context.chapter)
    if not pair:
        return
    yield Page(
        SPECTRA_PAGE,
        "heatmaps/spectra.html",
        {
            "pair": pair,
            "figure": spectra_figure(context.atlas.results, pair),
            "findings": findings(pair),
            "plot": chart(lines(pair)),
            "method": method_page(METHOD),
        },
    )


PAGES.add("spectra", pages)
