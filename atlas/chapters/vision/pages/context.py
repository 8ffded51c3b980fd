"""What the pages of image networks are made from: a layer (`LayerContext`), and its summary once it is written.

Summaries (`LayerSummary`, `NetworkSummary`) are small, so that memory does not grow with the number of units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.stats import rankdata

from atlas.chapters.vision.degenerate import DegenerateUnits, degenerate_units
from atlas.chapters.vision.figures.unit import unit_title
from atlas.chapters.vision.findings import Counts
from atlas.chapters.vision.naming import UnitName, selectivity, unit_name
from atlas.core.results import LayerResults, NetworkResults
from atlas.core.specs import Array, Unit
from atlas.publish.context import AtlasContext
from atlas.publish.crop import common
from atlas.publish.finding import Finding
from atlas.publish.provenance import licence_of, provenance
from atlas.publish.words import first_name

LABELLED = 0.25  # k-NN purity of a map from which its cells carry the names of classes


@dataclass(frozen=True)
class LayerContext:
    """One layer, for the pages about it."""

    atlas: AtlasContext
    network: NetworkResults
    layer: LayerResults

    @property
    def path(self) -> str:
        """The folder of the layer's pages, with its slash."""
        return f"networks/{self.network.spec.name}/{self.layer.spec.name}/"

    @property
    def hue(self) -> int:
        return self.atlas.hues[self.network.spec.name]

    @property
    def is_logits(self) -> bool:
        """Is each unit of the layer a class?"""
        return self.layer.spec.name == self.network.spec.logits.name

    @cached_property
    def frame(self) -> Mapping[str, int]:
        """The custom properties that most examples share (`atlas.publish.crop.common`)."""
        return common(self.layer.examples.box[self.layer.examples.image >= 0], self.atlas.results.probes.size)

    @cached_property
    def provenance(self) -> Mapping[str, Any]:
        """What all figures of the layer were made from; `parameters` are those that all its pictures share."""
        of_layer = provenance(self.atlas.results, self.network.spec, self.layer)
        parameters = [picture.parameters for picture in self.layer.pictures.values()]
        shared = {
            name: value
            for name, value in (parameters[0] if parameters else {}).items()
            if all(name in other and other[name] == value for other in parameters[1:])
        }
        return of_layer | ({"parameters": shared} if shared else {})

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """For each unit the licence of its examples: the terms of all their images together."""
        images, probes = self.layer.examples.image, self.atlas.results.probes.images
        return tuple(licence_of(probes[i] for i in row if i >= 0) for row in images.tolist())

    @cached_property
    def licences(self) -> tuple[str, ...]:
        """These licences, the most common first."""
        counts = Counter(self.terms)
        return tuple(sorted(counts, key=lambda licence: (-counts[licence], licence)))

    @cached_property
    def class_names(self) -> tuple[str, ...]:
        return self.atlas.results.class_names(self.network.spec.labels)

    @cached_property
    def cell_names(self) -> tuple[str, ...]:
        """The most frequent predicted class of each cell of the map.

        "" for all where less than LABELLED of an image's neighbours share its class: there a name would mislead.
        """
        cells, layout = self.layer.cells, self.layer.layout
        if cells is None or layout is None:
            return ()
        names = [first_name(self.class_names[i]) if i >= 0 else "" for i in cells.top_class.tolist()]
        return tuple(names) if layout.purity >= LABELLED else ("",) * len(names)

    def unit(self, index: int) -> Unit:
        return Unit(self.network.spec.name, self.layer.spec.name, index)

    def title(self, index: int) -> str:
        """The unit in words, for headings."""
        return unit_title(self.atlas.results, self.network.spec, self.layer.spec.name, index)

    @cached_property
    def names(self) -> tuple[UnitName | None, ...]:
        """The name of each unit, None where it has only its number (`atlas.chapters.vision.naming`)."""
        network, layer = self.network.spec, self.layer
        return tuple(unit_name(network, layer, index, self.class_names) for index in range(layer.spec.units))

    def label(self, index: int) -> str:
        """The name of a unit, for tiles; "" where it has none."""
        name = self.names[index]
        return name.text if name else ""

    @cached_property
    def degenerate(self) -> DegenerateUnits:
        """The dead, saturated and duplicate units of the layer, and those whose responses are not finite."""
        return degenerate_units(self.layer.stats, self.layer.neighbours, logits=self.is_logits)

    @cached_property
    def ranks(self) -> Array:
        """[C] rank of each unit in its layer by its largest response, from 1; equal units share the better rank."""
        out: Array = rankdata(-self.layer.stats.largest, method="min").astype(int)
        return out

    @cached_property
    def strength(self) -> Array:
        """[C] how far the largest response stands out: (largest - median) / (90th percentile - median)."""
        stats = self.layer.stats
        out: Array = (stats.largest - stats.p50) / np.maximum(stats.p90 - stats.p50, 1e-9)
        return out

    @cached_property
    def selectivity(self) -> tuple[Array, Array]:
        """[C] the selectivity of each unit for the class of its highest mean response, and half of its interval."""
        classes = self.layer.stats.classes
        found, margin = selectivity(classes, self.layer.stats)
        return np.where(classes.ids[:, 0] >= 0, found[:, 0], 0.0), margin[:, 0]


@dataclass(frozen=True)
class Tile:
    """A unit on the wall: its address, its label, its small picture ([S, S, 3] uint8)."""

    unit: Unit
    words: str
    rgb: Array


@dataclass(frozen=True)
class LayerSummary:
    """The summary of a layer for the pages about its network and the atlas: counts, names of units, a few tiles."""

    name: str
    title: str
    units: int
    spatial: bool
    field: int  # 0 = the whole image, or not known
    field_known: bool
    stride: int
    pictures: int
    ratio: float | None  # median over units of picture / largest natural response
    map: Mapping[str, float]  # quality figures, none where there is no map or it has too few images
    map_images: int  # 0 = no map
    degenerate: DegenerateUnits
    tiles: tuple[Tile, ...]
    names: tuple[UnitName | None, ...]  # [units]
    counts: Counts  # of these names
    findings: tuple[Finding, ...]
    strongest: tuple[tuple[int, ...], ...]  # of each class logit its top-activating probe images; none of other layers
    figures: int


@dataclass(frozen=True)
class NetworkSummary:
    """A network and the summaries of its layers."""

    network: NetworkResults
    hue: int
    layers: tuple[LayerSummary, ...]
