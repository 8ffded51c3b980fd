"""The figure of one decision, whole: from the logit back through the layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atlas.chapters.heatmaps.figures import FIGURES
from atlas.chapters.heatmaps.figures.wall import image_of, name_of
from atlas.chapters.heatmaps.paths import Paths
from atlas.chapters.heatmaps.places import path_file, path_id, path_page
from atlas.chapters.heatmaps.records import HeatmapResults, NetworkMaps, chapter_of
from atlas.core.results import AtlasResults, Figure
from atlas.publish.provenance import provenance, terms
from atlas.publish.words import percent


@dataclass(frozen=True)
class Carrier:
    """A unit with its share of the score, and its place in the sheet of maps."""

    unit: int
    share: float
    place: int


@dataclass(frozen=True)
class Stage:
    """A layer: the units that carry most, what the others have, and what biases and stabilizers above have."""

    layer: str
    carriers: tuple[Carrier, ...]
    rest: float
    lost: float


def stages(paths: Paths, image: int) -> list[Stage]:
    """The layers of a decision, from the last one back to the first."""
    found = []
    for number in reversed(range(len(paths.layers))):
        units, shares = paths.unit[image, number].tolist(), paths.share[image, number].tolist()
        row = (len(paths.layers) - 1 - number) * len(units)
        carriers = [Carrier(unit, share, row + i) for i, (unit, share) in enumerate(zip(units, shares, strict=True))]
        rest = float(paths.rest[image, number])
        kept = tuple(carrier for carrier in carriers if carrier.unit >= 0)
        found.append(Stage(paths.layers[number], kept, rest, 1 - rest - sum(shares)))
    return found


def figures(results: AtlasResults) -> Iterator[Figure]:
    """A figure for each image of the wall and network."""
    chapter = chapter_of(results)
    for image in range(len(chapter.images)):
        for network in chapter.networks:
            if network.paths is not None:
                yield path_figure(results, chapter, network, image)


def path_figure(results: AtlasResults, chapter: HeatmapResults, network: NetworkMaps, image: int) -> Figure:
    """The decision of a network about an image, whole."""
    assert network.paths is not None
    shown, spec = image_of(results, chapter, image), network.spec
    licence, attribution = terms([shown] if results.probes.publish else [])
    first = stages(network.paths, image)[0]
    most = ", ".join(f"unit {one.unit} {percent(one.share)}" for one in first.carriers)
    return Figure(
        id=path_id(shown.id, spec.name),
        kind="heatmap-path",
        title=f"A decision of {spec.title} about {name_of(shown)}, whole",
        caption="Which units carry the difference between the predicted class and the runner-up, by LRP (composite "
        "rule), from the last maps back to the first: shares of the score. Each unit has its picture and its own "
        "relevance in the image (orange raises the score, blue lowers it; each on its own scale). With the other units "
        "of the layer, and what biases and stabilizers above it have, they add up to the score. "
        f"In {first.layer}: {most}.",
        alt=f"Units that carry the decision, layer by layer; in {first.layer}: {most}.",
        page=f"{path_page(shown.id, spec.name)}#decision",
        files=(path_file(shown.id, spec.name),),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, spec, store=dict(network.keys), image=shown.id, target="runner-up"),
    )


FIGURES.add("path", figures)
