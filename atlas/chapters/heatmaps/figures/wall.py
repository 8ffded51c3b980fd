"""The figures of the wall: one for each image and target, and each of its rows."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.chapters.heatmaps.figures import FIGURES
from atlas.chapters.heatmaps.maps import TARGETS
from atlas.chapters.heatmaps.overlay import PERCENTILE
from atlas.chapters.heatmaps.places import sheet_file, wall_page
from atlas.chapters.heatmaps.records import HeatmapResults, NetworkMaps, chapter_of
from atlas.chapters.heatmaps.words import MOST
from atlas.core.results import AtlasResults, Figure
from atlas.core.specs import ProbeImage
from atlas.publish.provenance import provenance, terms
from atlas.publish.signed import CLEAR
from atlas.publish.words import count, percent

SCALE = (
    "Orange raises the score, blue lowers it. All maps of a row have one scale: the density, how many times the even "
    "share of a map’s absolute relevance lies at a pixel; full colour is its "
    f"{PERCENTILE:g}th percentile over the row’s maps, controls left out; below {percent(CLEAR)} of it there is none. "
    f"A map whose sum misses what its method promises by more than {percent(MOST)} is not valid and marked."
)


def figures(results: AtlasResults) -> Iterator[Figure]:
    """All figures of the wall."""
    chapter = chapter_of(results)
    for image in range(len(chapter.images)):
        for target in chapter.targets(image):
            yield wall_figure(results, chapter, image, target)
            for network in chapter.networks:
                yield row_figure(results, chapter, network, image, target)


def image_of(results: AtlasResults, chapter: HeatmapResults, image: int) -> ProbeImage:
    """Image `image` of the wall."""
    return results.probes.images[chapter.images[image]]


def name_of(image: ProbeImage) -> str:
    """An image in a few words."""
    return image.title.partition(", crop ")[0]


def wall_figure(results: AtlasResults, chapter: HeatmapResults, image: int, target: int) -> Figure:
    """The wall of one image and target."""
    shown, kind = image_of(results, chapter, image), TARGETS[target]
    licence, attribution = terms([shown] if results.probes.publish else [])
    methods, networks = count(len(chapter.methods), "method"), count(len(chapter.networks), "network")
    return Figure(
        id=f"heatmaps/{shown.id}/{kind.name}/wall",
        kind="heatmap-wall",
        title=f"Heat maps of {name_of(shown)}, {kind.title}",
        caption=f"Attribution maps of {methods} (columns) for the decisions of {networks} (rows) about one image "
        f"({name_of(shown)}); target: {kind.title}. {SCALE}",
        alt=f"A wall of heat maps: {networks} by {methods}.",
        page=f"{wall_page(shown.id, target)}#wall",
        files=tuple(sheet_file(network.spec.name, shown.id, target) for network in chapter.networks),
        licence=licence,
        attribution=attribution,
        provenance={
            "image": shown.id,
            "target": kind.name,
            "networks": [provenance(results, one.spec, store=dict(one.keys)) for one in chapter.networks],
        },
    )


def row_figure(results: AtlasResults, chapter: HeatmapResults, network: NetworkMaps, image: int, target: int) -> Figure:
    """One row: all methods for one network, image and target."""
    shown, kind, spec = image_of(results, chapter, image), TARGETS[target], network.spec
    licence, attribution = terms([shown] if results.probes.publish else [])
    methods = count(len(chapter.methods), "method")
    return Figure(
        id=f"heatmaps/{shown.id}/{kind.name}/{spec.name}",
        kind="heatmap-row",
        title=f"Heat maps of {name_of(shown)} for {spec.title}, {kind.title}",
        caption=f"Attribution maps of {methods} for the decision of {spec.title} about one image "
        f"({name_of(shown)}); target: {kind.title}. Orange raises the score, blue lowers it, on one scale: full colour "
        f"is the {PERCENTILE:g}th percentile of the density.",
        alt=f"A row of heat maps of {methods} for {spec.title}.",
        page=f"{wall_page(shown.id, target)}#{spec.name}",
        files=(sheet_file(spec.name, shown.id, target),),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, spec, store=dict(network.keys), image=shown.id, target=kind.name),
    )


FIGURES.add("wall", figures)
