"""The page of the depth at which networks agree about an image."""

from __future__ import annotations

import math
from collections.abc import Iterator

from atlas.chapters.heatmaps.figures.agreement import ALIKE, APART, CHANCE, agreement_figure, compared, finding
from atlas.chapters.heatmaps.pages import PAGES
from atlas.chapters.heatmaps.pages.context import WallContext
from atlas.chapters.heatmaps.places import AGREEMENT_PAGE
from atlas.chapters.heatmaps.scores import known_mean
from atlas.core.specs import Array
from atlas.publish.chart import chart
from atlas.publish.page import Item, Page


def pages(context: WallContext) -> Iterator[Item]:
    """The page, where there is something to compare."""
    found = compared(context.atlas.results, context.chapter)
    if found is None:
        return
    agreement = found.agreement
    rows = [
        (network, _by_depth(alike), _by_depth(chance))
        for network, alike, chance in zip(found.networks, agreement.alike, agreement.chance, strict=True)
    ]
    yield Page(
        AGREEMENT_PAGE,
        "heatmaps/agreement.html",
        {
            "context": context,
            "figure": agreement_figure(context.atlas.results, found),
            "finding": finding(found),
            "plot": chart([found.line(kind) for kind in (ALIKE, APART, CHANCE)]),
            "rows": rows,
            "depths": range(found.depths),
        },
    )


def _by_depth(values: Array) -> list[float | None]:
    """Means over the images of [W, D]; None where there is none."""
    return [value if math.isfinite(value) else None for value in known_mean(values, 0).tolist()]


PAGES.add("agreement", pages)
