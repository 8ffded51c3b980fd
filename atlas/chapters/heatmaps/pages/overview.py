"""The chapter's opening page: the wall of the first image, the other images, the methods."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.chapters.heatmaps.figures.agreement import compared
from atlas.chapters.heatmaps.figures.agreement import finding as agreed
from atlas.chapters.heatmaps.findings import disagreement, standing
from atlas.chapters.heatmaps.pages import PAGES
from atlas.chapters.heatmaps.pages.context import WallContext
from atlas.chapters.heatmaps.pages.wall import values
from atlas.chapters.heatmaps.places import AGREEMENT_PAGE, CHAPTER, SPECTRA_PAGE, decisions_page, scores_page
from atlas.chapters.heatmaps.spectra import spectra
from atlas.publish.page import Item, Page


def pages(context: WallContext) -> Iterator[Item]:
    """The page."""
    controls = sum(method.family == "control" for method in context.chapter.found)
    pair = [one.network.spec.title for one in spectra(context.atlas.results, context.chapter)]
    agreement = compared(context.atlas.results, context.chapter)
    typical = [network.spec.name for network in context.networks if network.typical]
    more = {
        "agreement": agreement is not None,
        "agreement_page": AGREEMENT_PAGE,
        "decisions_page": decisions_page(typical[-1]) if typical else "",
        "controls": controls,
        "explaining": len(context.chapter.methods) - controls,
        "pair": pair,
        "sentences": [*finding(context), *([agreed(agreement)] if agreement else [])],
        "scores_page": scores_page,
        "spectra_page": SPECTRA_PAGE,
    }
    yield Page(CHAPTER, "heatmaps/overview.html", values(context, 0, 0) | more)


def finding(context: WallContext) -> list[str]:
    """What was found, in sentences made from the scores: first where scores disagree."""
    scores = [network.scores for network in context.scored]
    return [disagreement(scores), standing(scores)] if scores else []


PAGES.add("overview", pages)
