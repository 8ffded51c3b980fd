"""The chapter's record: what pages and figures are made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from atlas.chapters.heatmaps.maps import TARGETS, Decisions, HeatMaps
from atlas.chapters.heatmaps.paths import Paths
from atlas.chapters.heatmaps.scores import NetworkScores
from atlas.chapters.heatmaps.typical import TypicalDecisions
from atlas.core.results import AtlasResults
from atlas.core.specs import Array, NetworkSpec
from atlas.methods.attribution.method import Method, methods

UNSCORED = NetworkScores((), {}, ())


@dataclass(frozen=True)
class NetworkMaps:
    """A network of the wall: its decisions, and its maps by method, each read when it is asked for."""

    spec: NetworkSpec
    decisions: Decisions
    load: Callable[[str], HeatMaps]
    keys: Mapping[str, str]  # step or method -> store key
    scores: NetworkScores = UNSCORED
    paths: Paths | None = None  # the units that carry its decisions
    typical: TypicalDecisions | None = None  # of each class that the probe images show


@dataclass(frozen=True)
class Case:
    """One decision of a network, about image `index` of the probe set: row `row` of its decisions and paths."""

    network: NetworkMaps
    index: int
    row: int
    decisions: Decisions
    paths: Paths


@dataclass(frozen=True)
class HeatmapResults:
    """The networks in the recipe's order; without any there is no chapter."""

    images: tuple[int, ...]  # of the wall, indices into the probe set
    masks: tuple[Array | None, ...]  # of these images, bool
    evaluated: int
    methods: tuple[str, ...]  # in the order of the registry
    networks: tuple[NetworkMaps, ...]
    alone: int = 0  # the first images whose class logit alone is explained too

    def targets(self, image: int) -> range:
        """The numbers of the targets that are explained for image `image` of the wall."""
        return range(len(TARGETS) if image < self.alone else 1)

    def cases(self, network: NetworkMaps) -> list[Case]:
        """The decisions of a network whose units are known: about the wall's images, then about typical ones."""
        found = []
        if network.paths is not None:
            found += [
                Case(network, index, row, network.decisions, network.paths) for row, index in enumerate(self.images)
            ]
        if (typical := network.typical) is not None:
            found += [
                Case(network, index, row, typical.decisions, typical.paths)
                for row, index in enumerate(typical.images.tolist())
                if index not in self.images
            ]
        return found

    @property
    def found(self) -> tuple[Method, ...]:
        """The methods themselves."""
        registry = methods()
        return tuple(registry[name] for name in self.methods)


NOTHING = HeatmapResults((), (), 0, (), ())


def chapter_of(results: AtlasResults) -> HeatmapResults:
    """The record of this chapter; empty where the results have none."""
    found = results.chapters.get("heatmaps") or NOTHING
    assert isinstance(found, HeatmapResults)
    return found
