"""What the chapter adds to pages of other chapters: a door on the home page."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.chapters.heatmaps.figures.wall import image_of, name_of
from atlas.chapters.heatmaps.pages.pictures import TILE
from atlas.chapters.heatmaps.places import CHAPTER, FRONT_FILE
from atlas.chapters.heatmaps.records import chapter_of
from atlas.publish.context import AtlasContext
from atlas.publish.slots import Filling
from atlas.publish.words import count


def home(context: AtlasContext) -> Iterator[Filling]:
    """The wall of the first image in small, with a sentence."""
    chapter = chapter_of(context.results)
    if not chapter.networks:
        return
    methods, networks = count(len(chapter.methods), "attribution method"), count(len(chapter.networks), "network")
    shown = name_of(image_of(context.results, chapter, 0))
    yield Filling(
        "heatmaps/door.html",
        {
            "page": CHAPTER,
            "words": f"Which pixels a decision rests on: {methods} for {networks} and the same "
            f"{count(len(chapter.images), 'image')}.",
            "file": FRONT_FILE if context.results.probes.publish else "",
            "alt": f"Heat maps of one image ({shown}): a row for each network, a column for each method.",
            "width": TILE * len(chapter.methods),
            "height": TILE * len(chapter.networks),
        },
    )


SLOTS = {"home": home}
