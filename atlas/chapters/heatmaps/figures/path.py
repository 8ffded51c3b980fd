"""The figure of one decision, whole: from the logit back through the layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atlas.chapters.heatmaps.figures import FIGURES
from atlas.chapters.heatmaps.figures.wall import name_of
from atlas.chapters.heatmaps.paths import Paths
from atlas.chapters.heatmaps.places import path_file, path_id, path_page
from atlas.chapters.heatmaps.records import Case, chapter_of
from atlas.core.results import AtlasResults, Figure
from atlas.publish.provenance import provenance, terms
from atlas.publish.words import number


@dataclass(frozen=True)
class Carrier:
    """A unit with its relevance, the fall of the score when it is silenced, and its place in the sheet of maps."""

    unit: int
    relevance: float
    drop: float
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
    for layer in reversed(range(len(paths.layers))):
        units, relevance, drops = (part[image, layer].tolist() for part in (paths.unit, paths.relevance, paths.drop))
        row = (len(paths.layers) - 1 - layer) * len(units)
        carriers = [
            Carrier(unit, worth, drop, row + place)
            for place, (unit, worth, drop) in enumerate(zip(units, relevance, drops, strict=True))
        ]
        rest = float(paths.rest[image, layer])
        lost = float(paths.score[image]) - rest - sum(one.relevance for one in carriers)
        kept = tuple(carrier for carrier in carriers if carrier.unit >= 0)
        found.append(Stage(paths.layers[layer], kept, rest, lost))
    return found


def figures(results: AtlasResults) -> Iterator[Figure]:
    """A figure for each decision whose units are known."""
    chapter = chapter_of(results)
    for network in chapter.networks:
        for case in chapter.cases(network):
            yield path_figure(results, case)


def path_figure(results: AtlasResults, case: Case) -> Figure:
    """A decision, whole."""
    shown, network, spec = results.probes.images[case.index], case.network, case.network.spec
    licence, attribution = terms([shown] if results.probes.publish else [])
    first = stages(case.paths, case.row)[0]
    most = ", ".join(f"unit {one.unit} {number(one.relevance, 2)}" for one in first.carriers)
    score = number(float(case.paths.score[case.row]))
    return Figure(
        id=path_id(shown.id, spec.name),
        kind="heatmap-path",
        title=f"A decision of {spec.title} about {name_of(shown)}, whole",
        caption=f"Which units carry the difference of {score} between the logits of the predicted class and the "
        "runner-up, by LRP-ε from the last maps back to the first. In each layer the units with the largest relevance, "
        "each with its picture, its own relevance in the image (orange raises the score, blue lowers it; each on its "
        "own scale) and, as a check, how far the score really falls when this unit alone is silenced. All units of a "
        f"layer, and what biases and stabilizers above it have, add up to the score. In {first.layer}: {most}.",
        alt=f"Units that carry the decision, layer by layer; in {first.layer}: {most}.",
        page=f"{path_page(shown.id, spec.name)}#decision",
        files=(path_file(shown.id, spec.name),),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, spec, store=dict(network.keys), image=shown.id, target="runner-up"),
    )


FIGURES.add("path", figures)
