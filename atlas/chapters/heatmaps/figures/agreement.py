"""The figure of the depth at which networks agree about an image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from atlas.chapters.heatmaps.agreement import Agreement, agreement
from atlas.chapters.heatmaps.figures import FIGURES
from atlas.chapters.heatmaps.places import AGREEMENT_PAGE
from atlas.chapters.heatmaps.records import HeatmapResults, NetworkMaps, chapter_of
from atlas.chapters.heatmaps.scores import known_mean
from atlas.core.results import AtlasResults, Figure
from atlas.methods.evaluation.summary import mean_interval
from atlas.publish.chart import Line
from atlas.publish.provenance import provenance, terms
from atlas.publish.words import count, number

ALIKE, APART, CHANCE = "same class seen", "different classes seen", "different images"


@dataclass(frozen=True)
class Compared:
    """The networks that are compared, N, and their agreement."""

    networks: tuple[NetworkMaps, ...]
    agreement: Agreement
    images: tuple[str, ...]

    @property
    def depths(self) -> int:
        """The number of depths."""
        return int(self.agreement.alike.shape[-1])

    def line(self, kind: str) -> Line:
        """Means over networks by depth from 0, the first layer, to 1, with intervals over images."""
        of_kind = {ALIKE: self.agreement.alike, APART: self.agreement.apart, CHANCE: self.agreement.chance}[kind]
        values = known_mean(of_kind, 0)
        found = [mean_interval(values[:, depth], self.images, 0) for depth in range(self.depths)]
        there = [place for place, (mean, _, _) in enumerate(found) if np.isfinite(mean)]
        means, lows, highs = (tuple(found[place][part] for place in there) for part in range(3))
        return Line(kind, tuple(place / max(self.depths - 1, 1) for place in there), means, lows, highs)


def compared(results: AtlasResults, chapter: HeatmapResults) -> Compared | None:
    """The agreement of the chapter's networks about the wall's images; None where there is nothing to compare."""
    networks = tuple(network for network in chapter.networks if network.paths is not None)
    seen = [
        [results.class_names(network.spec.labels)[int(first)] for first in network.decisions.classes[:, 0]]
        for network in networks
    ]
    found = agreement([network.paths for network in networks if network.paths is not None], seen)
    images = tuple(results.probes.images[index].source for index in chapter.images)
    return Compared(networks, found, images) if found else None


def strongest(found: Compared, name: str) -> tuple[str, float, float] | None:
    """The layer of a network at which its agreement with those that see the same class is furthest above chance.

    With the agreement and the chance level; None where no other network sees the same class in any image.
    """
    place = next((at for at, network in enumerate(found.networks) if network.spec.name == name), None)
    if place is None:
        return None
    alike, chance = found.agreement.alike[place], found.agreement.chance[place]
    means = known_mean(alike, 0)
    if not np.isfinite(means).any():
        return None
    by_chance = chance.mean(0)
    depth = int(np.nanargmax(means - by_chance))
    paths = found.networks[place].paths
    assert paths is not None
    layer = round(depth * (len(paths.layers) - 1) / max(found.depths - 1, 1))
    return paths.layers[layer], float(means[depth]), float(by_chance[depth])


def figures(results: AtlasResults) -> Iterator[Figure]:
    """The figure, where at least two networks are there."""
    found = compared(results, chapter_of(results))
    if found:
        yield agreement_figure(results, found)


def agreement_figure(results: AtlasResults, found: Compared) -> Figure:
    """Agreement by depth."""
    licence, attribution = terms(())
    networks = count(len(found.networks), "network")
    return Figure(
        id="heatmaps/depths",
        kind="heatmap-depths",
        title="Agreement of networks about where in an image they look, by depth",
        caption=f"Rank correlation between {networks} of where the relevance of a layer (LRP-ε, its size) lies in an "
        f"image; mean over pairs of networks and {count(len(found.images), 'image')}, 95 % intervals over works. Depth "
        f"0 is the first layer with maps, 1 the last. {finding(found)}",
        alt="Three curves of agreement against depth: networks that see the same class, different classes, and "
        "different images.",
        page=f"{AGREEMENT_PAGE}#agreement",
        files=(),
        licence=licence,
        attribution=attribution,
        provenance={
            "networks": [provenance(results, one.spec, store={"paths": one.keys["paths"]}) for one in found.networks]
        },
    )


def finding(found: Compared) -> str:
    """Where networks agree, and whether what they see decides it: a sentence made from the numbers."""
    alike, apart, chance = (found.line(kind) for kind in (ALIKE, APART, CHANCE))
    parts = []
    for place, words in ((0, "In the first layer"), (-1, "in the last")):
        values = [
            f"{number(line.y[place], 2)} where they {what}"
            for line, what in ((alike, "see the same class"), (apart, "see different classes"))
            if line.y
        ]
        parts.append(
            f"{words} the agreement of networks is {' and '.join(values)} (by chance {number(chance.y[place], 2)})"
        )
    return f"{'; '.join(parts)}. {_verdict(alike, apart)}".strip()


def _verdict(alike: Line, apart: Line) -> str:
    """What decides where the last layers look, where intervals tell."""
    if not alike.y or not apart.y:
        return ""
    if alike.low[-1] > apart.high[-1] and alike.low[0] <= apart.high[0]:
        return "Early layers look at the same places whatever is seen; only late ones look where the class is."
    if alike.low[-1] > apart.high[-1]:
        return "Networks that see the same class look at the same places."
    return "Whether networks see the same class makes no clear difference."


FIGURES.add("agreement", figures)
