"""What the chapter adds to pages of other chapters: a door on the home page, what each network looks at on its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from atlas.chapters.heatmaps.figures.agreement import compared, strongest
from atlas.chapters.heatmaps.figures.wall import image_of, name_of
from atlas.chapters.heatmaps.looking import Looking, looking
from atlas.chapters.heatmaps.pages.context import WallContext
from atlas.chapters.heatmaps.pages.pictures import TILE
from atlas.chapters.heatmaps.places import (
    AGREEMENT_PAGE,
    CHAPTER,
    FRONT_FILE,
    SPECTRA_PAGE,
    decisions_page,
    sheet_file,
    wall_page,
)
from atlas.chapters.heatmaps.records import HeatmapResults, NetworkMaps, chapter_of
from atlas.chapters.heatmaps.spectra import spectra
from atlas.core.results import NetworkResults
from atlas.publish.context import AtlasContext
from atlas.publish.places import probe_file
from atlas.publish.slots import Filling
from atlas.publish.words import count, number, percent


def home(context: AtlasContext) -> Iterator[Filling]:
    """The wall of the first image in small, with a sentence."""
    chapter = chapter_of(context.results)
    if not chapter.networks:
        return
    methods, networks = count(len(chapter.methods), "attribution method"), count(len(chapter.networks), "network")
    shown = name_of(image_of(context.results, chapter, 0))
    values = {
        "page": CHAPTER,
        "words": f"Which pixels a decision rests on: {methods} for {networks} and the same "
        f"{count(len(chapter.images), 'image')}.",
        "file": FRONT_FILE if context.results.probes.publish else "",
        "alt": f"Heat maps of one image ({shown}): a row for each network, a column for each method.",
        "width": TILE * len(chapter.methods),
        "height": TILE * len(chapter.networks),
    }
    yield Filling("heatmaps/door.html", values)


def network(context: AtlasContext, subject: NetworkResults) -> Iterator[Filling]:
    """What a network looks at when it is right and when it is wrong, and its row of the first wall."""
    chapter = chapter_of(context.results)
    own = next((one for one in chapter.networks if one.spec.name == subject.spec.name), None)
    if own is None:
        return
    image = image_of(context.results, chapter, 0)
    pair = [one.network.spec.name for one in spectra(context.results, chapter)]
    values = {
        "words": _looks(_looking(context, chapter, own)),
        "page": f"{wall_page(image.id)}#{own.spec.name}",
        "sheet": sheet_file(own.spec.name, image.id, 0),
        "photograph": probe_file(chapter.images[0]) if context.results.probes.publish else "",
        "methods": len(chapter.methods),
        "image": name_of(image),
        "agreement": _agreement(context, chapter, own),
        "agreement_page": AGREEMENT_PAGE,
        "decisions": decisions_page(own.spec.name) if own.typical else "",
        "spectra": SPECTRA_PAGE if own.spec.name in pair else "",
    }
    yield Filling("heatmaps/network.html", values)


def _agreement(context: AtlasContext, chapter: HeatmapResults, own: NetworkMaps) -> str:
    """At which layer the network agrees most with the others, "" where there is nothing to compare."""
    found = compared(context.results, chapter)
    most = strongest(found, own.spec.name) if found else None
    if most is None:
        return ""
    layer, alike, chance = most
    return (
        f"Networks that see the same class agree with it most in {layer}: the rank correlation of where relevance lies "
        f"is {number(alike, 2)}, for different images {number(chance, 2)}."
    )


def _looking(context: AtlasContext, chapter: HeatmapResults, own: NetworkMaps) -> dict[bool, Looking]:
    wall = WallContext(context, chapter)
    right = [wall.decision(own, place).right for place in range(len(chapter.images))]
    return looking(chapter, {name: own.load(name) for name in chapter.methods}, right)


def _looks(found: Mapping[bool, Looking]) -> str:
    """In a sentence or two; nothing where no image has both a mask and a class that the network knows."""
    parts = {
        right: f"on {count(one.images, 'image')} that it gets {'right' if right else 'wrong'}, {percent(one.mass)} of "
        f"what raises the score lies on the object, which covers {percent(one.area)} of the image"
        for right, one in found.items()
    }
    if not parts:
        return ""
    sentence = "; ".join(parts.values())
    return f"{sentence[0].upper()}{sentence[1:]} (median over images and methods)."


SLOTS = {"home": home, "network": network}
