"""The generative chapter's opening page, and all pages of each generator."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.chapters.generative.figures.directions import ATTRIBUTE, best, direction_label, direction_title, towards
from atlas.chapters.generative.figures.figure import CHAPTER
from atlas.chapters.generative.figures.findings import chapter_findings, generator_findings
from atlas.chapters.generative.figures.generator import generator_figures
from atlas.chapters.generative.figures.seeds import (
    alignments_of,
    scores,
    seeds_figure,
    seeds_of,
    spread_of,
    training_lines,
)
from atlas.chapters.generative.methods import METHODS
from atlas.chapters.generative.pages import PAGES, direction, dissection, generator
from atlas.chapters.generative.places import direction_page, generator_page, picture_file
from atlas.chapters.generative.records import GenerativeChapter, chapter_of
from atlas.publish.chart import chart
from atlas.publish.context import AtlasContext
from atlas.publish.page import Item, Page

BEST = 3  # directions of each generator on the opening page


def pages(context: AtlasContext) -> Iterator[Item]:
    """The chapter, where the recipe has generators."""
    chapter = chapter_of(context.results)
    if not chapter.generators:
        return
    yield _opening(chapter)
    for one in chapter.generators:
        figures = {figure.name: figure for figure in generator_figures(chapter, one)}
        yield from generator.pages(context, one, figures, generator_findings(chapter, one))
        for report in one.directions.directions:
            yield direction.page(one, report, figures[report.name])
        for layer in one.units.layers:
            yield from dissection.pages(one, layer, figures)


def _opening(chapter: GenerativeChapter) -> Page:
    seeds = seeds_of(chapter)
    alignments = alignments_of(seeds)
    rows = [(one.spec, scores(alignment)) for one, alignment in zip(seeds, alignments, strict=True)]
    return Page(
        CHAPTER,
        "generative/overview.html",
        {
            "findings": chapter_findings(chapter),
            "generators": [(one, best(one.directions.directions, BEST)) for one in chapter.generators],
            "picture_file": picture_file,
            "generator_page": generator_page,
            "direction_page": direction_page,
            "direction_label": direction_label,
            "direction_title": direction_title,
            "towards": towards,
            "attribute": ATTRIBUTE,
            "methods": METHODS.values(),
            "seeds": rows,
            "spread": spread_of(alignments),
            "training": chart(training_lines(seeds)),
            "figure": seeds_figure(chapter, seeds) if seeds else None,
        },
    )


PAGES.add("generative", pages)
