"""What the pages of the chapter are made from: its record, and the rows of the wall without their pixels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from atlas.chapters.heatmaps.figures.wall import image_of, name_of
from atlas.chapters.heatmaps.maps import Decisions
from atlas.chapters.heatmaps.overlay import sheet
from atlas.chapters.heatmaps.places import PICKER_FILE, sheet_file
from atlas.chapters.heatmaps.records import Case, HeatmapResults, NetworkMaps
from atlas.chapters.heatmaps.scores import KINDS
from atlas.chapters.heatmaps.wall import Decision, WallRow, decision, rows
from atlas.core.specs import ProbeImage
from atlas.methods.attribution.method import FAMILIES, Method
from atlas.publish.context import AtlasContext
from atlas.publish.places import probe_file
from atlas.publish.words import first_name

SHOWN = 3  # images on the page of a method
FAMILY_TITLES = {
    "perturbation": "Perturbation",
    "gradient": "Gradient",
    "relevance": "Relevance",
    "cam": "Class activation",
    "control": "Controls",
}


@dataclass(frozen=True)
class WallContext:
    """The chapter for its pages. `rows` are known once the sheets are written."""

    atlas: AtlasContext
    chapter: HeatmapResults
    rows: dict[tuple[str, int, int], WallRow] = field(default_factory=dict)  # by network, image, target
    shown: dict[tuple[str, int], WallRow] = field(default_factory=dict)  # with tiles: of the first images, first target

    def sheets(self) -> Iterator[tuple[str, bytes]]:
        """Paths and bytes of all sheets: a row of the wall each."""
        for network in self.networks:
            for row in rows(self.chapter, network):
                image = self.image(row.image)
                yield sheet_file(network.spec.name, image.id, row.target), sheet(row.tiles, len(row.tiles))
                self.rows[network.spec.name, row.image, row.target] = replace(row, tiles=())
                if row.image < SHOWN and row.target == 0:
                    self.shown[network.spec.name, row.image] = row

    @property
    def networks(self) -> list[NetworkMaps]:
        """The networks, oldest first."""
        return sorted(self.chapter.networks, key=lambda network: (network.spec.year, network.spec.name))

    @property
    def families(self) -> list[tuple[str, list[Method]]]:
        """The families with their methods, in the order of the columns."""
        found = self.chapter.found
        groups = [(FAMILY_TITLES[name], [one for one in found if one.family == name]) for name in FAMILIES]
        return [(title, methods) for title, methods in groups if methods]

    def case(self, network: NetworkMaps, index: int) -> Case | None:
        """The decision of a network about image `index` of the probe set, where its units are known."""
        return next((case for case in self.chapter.cases(network) if case.index == index), None)

    def has_units(self, network: NetworkMaps) -> bool:
        """Whether the network's units have pages."""
        return network.spec.name in {one.spec.name for one in self.atlas.results.networks}

    def image(self, place: int) -> ProbeImage:
        """Image `place` of the wall."""
        return image_of(self.atlas.results, self.chapter, place)

    def image_name(self, place: int) -> str:
        """The same in words."""
        return name_of(self.image(place))

    def subject(self, place: int) -> str:
        """What the image shows, as a heading."""
        return heading(self.image(place))

    def photograph(self, place: int) -> str:
        """The file of image `place`, "" where it may not be shown."""
        return self.file(self.chapter.images[place])

    def file(self, index: int) -> str:
        """The file of image `index` of the probe set, "" where it may not be shown."""
        return probe_file(index) if self.atlas.results.probes.publish else ""

    def true_name(self, image: ProbeImage) -> str:
        """The class that an image shows, "" where none is known."""
        labels = self.atlas.results.probes.labels
        if image.class_index is not None and labels:
            return self.atlas.results.class_names(labels)[image.class_index]
        return image.label or ""

    def decision(self, network: NetworkMaps, place: int) -> Decision:
        """What a network decides about image `place` of the wall."""
        return self._decision(network, network.decisions, place, self.image(place))

    def decided(self, case: Case) -> Decision:
        """The decision itself."""
        return self._decision(case.network, case.decisions, case.row, self.atlas.results.probes.images[case.index])

    def _decision(self, network: NetworkMaps, decisions: Decisions, row: int, image: ProbeImage) -> Decision:
        names = self.atlas.results.class_names(network.spec.labels)
        found = decision(decisions, row, names, self.true_name(image))
        return replace(found, name=first_name(found.name), other=first_name(found.other))

    def hue(self, network: NetworkMaps) -> int:
        """The number of a network's colour."""
        return self.atlas.hues.get(network.spec.name, 0)

    @property
    def scored(self) -> list[NetworkMaps]:
        """The networks whose maps were scored."""
        return [network for network in self.networks if network.scores.methods]

    @property
    def score_count(self) -> int:
        """How many scores there are."""
        return len(KINDS)

    @property
    def picker_file(self) -> str:
        """The images side by side."""
        return PICKER_FILE

    def formula_parts(self, formula: str) -> list[tuple[str, bool]]:
        """A formula in parts, and whether each is an index: what follows an underscore."""
        parts = re.split(r"_(\w+)", formula)
        return [(part, place % 2 == 1) for place, part in enumerate(parts) if part]

    def same(self, place: int, target: int) -> int:
        """The target that is shown of image `place` by who comes from `target`: the same, where it has it."""
        return target if target in self.chapter.targets(place) else 0


def heading(image: ProbeImage) -> str:
    """What an image shows, as a heading."""
    words = image.label or name_of(image)
    return words[:1].upper() + words[1:]
