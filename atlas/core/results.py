"""What is measured and what the site is made from: frozen records over numpy, no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from atlas.core.groups import Accuracy, Dissection, Profile
from atlas.core.pack import stored
from atlas.core.report import Diagnosis, Gates, ModelCard, Structure
from atlas.core.specs import Array, LayerSpec, NetworkSpec, ProbePart, ProbeSet
from atlas.core.tuning import NO_TUNING, Tuning

# ---------------------------------------------------------------- what is measured

Quantile = str  # a level of examples (`atlas.chapters.vision.levels`): "top", "p90", …


@dataclass(frozen=True, kw_only=True)
class UnitStats:
    """Statistics of every unit of one layer over a probe set; C units, N images, arrays indexed by unit.

    Moments are over all positions of all images. Histogram, percentiles and class means are over each image's
    largest response (its spatial maximum), which is also what examples are ranked by.
    """

    mean: Array  # [C] float64
    std: Array  # [C]
    positive: Array  # [C] share of images whose largest response is above zero
    smallest: Array = stored("lowest")  # [C] smallest of the images' largest responses
    largest: Array = stored("highest")  # [C] largest of them: the largest natural response
    p50: Array  # [C]
    p90: Array  # [C]
    counts: Array  # [C, B] int: histogram of the N images' largest responses
    edges: Array  # [C, 2]: first and last edge; bins are equal
    classes: Profile  # by the classes that the network predicts
    labels: Profile  # by the probe set's own labels, where it has them
    groups: Profile  # by the groups of these labels


@dataclass(frozen=True)
class Examples:
    """Probe images that show each unit at several levels: E = 9 top, 3 at the 90th, 3 at the 50th percentile.

    `image` indexes ProbeSet.images, -1 = none. `box` is the receptive field of the arg-max position clipped to the
    image, as (left, top, right, bottom) in pixels of the probe image. `heat` is the unit's response inside the box,
    8 bit, 0 = at or below zero (or the map's minimum), 255 = the image's maximum.
    """

    image: Array  # [C, E] int32
    value: Array  # [C, E] float32
    position: Array  # [C, E, 2] int16 (row, column) in the activation map, -1 for vectors
    box: Array  # [C, E, 4] int16
    heat: Array  # [C, E, G, G] uint8
    levels: tuple[Quantile, ...]  # [E]


@dataclass(frozen=True)
class ExampleRelevance:
    """The pixels that raised U units in their R strongest examples, inside the boxes of `Examples`.

    `maps` is in parts of 127, the largest absolute relevance in the box: positive where a pixel raised the response.
    Where the network has an operation that the method does not know, there are no units, and `reason` is a sentence.
    """

    units: Array  # [U] int32
    maps: Array  # [U, R, S, S] int8
    reason: str = ""


NO_RELEVANCE = ExampleRelevance(np.zeros(0, np.int32), np.zeros((0, 0, 1, 1), np.int8))


@dataclass(frozen=True)
class Picture:
    """A feature visualization.

    `rgb` is [S, S, 3] uint8 as optimized; `score_mean` and `score_max` are the unit's mean and largest response to it,
    averaged over fixed held-out transforms; `curve` is the objective at every step.
    """

    rgb: Array
    score_mean: float
    score_max: float
    curve: Array  # [T] float32
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """A UMAP layout: xy in [0, 1], one row a probe image, with how far it can be trusted (all in [0, 1])."""

    xy: Array  # [N, 2] float32
    trustworthiness: float
    continuity: float
    stability: float  # mean share of kept nearest neighbours under another seed
    purity: float  # share of the 10 nearest neighbours with the same predicted class
    purity_shuffled: float  # the same with shuffled classes
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cells:
    """The grid cells of a layout that hold enough points; M cells.

    `icon` is a direction visualization of the cell's mean activation, or None where the recipe made none;
    `nearest` is the probe image nearest to the mean.
    """

    grid: int
    column: Array  # [M]
    row: Array  # [M] 0 = top
    count: Array  # [M]
    nearest: Array  # [M] index into ProbeSet.images
    top_class: Array  # [M] most frequent predicted class, -1 = unknown
    mean: Array  # [M, C] float32: mean activation of the cell's points
    icon: tuple[Array | None, ...]  # [M] each [S, S, 3] uint8


@dataclass(frozen=True)
class Neighbours:
    """For each unit the units of the same layer whose image-wise mean responses correlate with it the most."""

    unit: Array  # [C, K] int32
    correlation: Array  # [C, K] float32


@dataclass(frozen=True)
class MatchedUnits:
    """For each unit of a layer the unit of another network whose mean responses to images correlate with it most."""

    layer: Array  # [C] int16: place of its layer among those of the other network, -1 = no match
    unit: Array  # [C] int32
    correlation: Array  # [C] float32


# ---------------------------------------------------------------- what the site is made from


@dataclass(frozen=True)
class ReceptiveField:
    """Receptive field of a layer in pixels of the network's input: position p sees [start + p*stride, + size).

    Of the trunk: gates (squeeze-and-excitation), which scale whole maps, are left out.
    """

    size: int
    stride: int
    start: int  # negative where padding is seen; size 0 = the whole image (a vector layer)
    known: bool = True  # false: an operation before the layer has no rule, so size is 0


@dataclass(frozen=True)
class LayerResults:
    """All that was computed about one layer."""

    spec: LayerSpec
    field: ReceptiveField
    stats: UnitStats
    examples: Examples
    neighbours: Neighbours
    pictures: Mapping[int, Picture]  # by unit index; only the units that the recipe selects
    layout: Layout | None
    cells: Cells | None
    keys: Mapping[str, str]  # step name -> store key, for provenance
    matched_units: Mapping[str, MatchedUnits]  # by the other network
    dissection: Dissection
    tuning: Tuning = NO_TUNING
    relevance: ExampleRelevance = NO_RELEVANCE
    unmapped: str = ""  # why a layer that should have a map has none


@dataclass(frozen=True)
class NetworkResults:
    """A network and its layers, each read from the store when it is asked for (memory stays flat)."""

    spec: NetworkSpec
    parameters: int
    layer_names: tuple[str, ...]  # the recipe's layers, in network order
    load: Callable[[str], LayerResults]
    keys: Mapping[str, str]
    structure: Structure
    pictured: Mapping[str, frozenset[int]]  # layer -> its units with a picture
    card: ModelCard | None = None  # of a training by this project
    diagnosis: Diagnosis | None = None  # of the pair AlexNet and ZFNet
    accuracies: Mapping[str, Accuracy] = field(default_factory=dict)  # by kind of probe images that have a class
    gates: Gates | None = None  # of a network with squeeze-and-excitation that this project trained


@dataclass(frozen=True)
class AtlasResults:
    """Everything that the site is made from."""

    recipe: Mapping[str, Any]  # the resolved recipe, as plain data
    probes: ProbeSet
    parts: Callable[[], Iterator[ProbePart]]  # the images with their pixels, in ProbeSet order
    versions: Mapping[str, str]  # of the libraries that the results depend on
    seconds: Mapping[str, float]  # time that the results took to compute, per step name
    class_names: Callable[[str], tuple[str, ...]]  # class list name -> names
    chapters: Mapping[str, Any]  # by the chapter's name its own record

    @property
    def networks(self) -> tuple[NetworkResults, ...]:
        """The image networks, which other chapters read too."""
        found: tuple[NetworkResults, ...] = self.chapters.get("networks", ())
        return found


@dataclass(frozen=True)
class Figure:
    """The citable thing: every visual on the site is one. Everything in it was measured or computed.

    `id` is `<network>/<kind>`, `<network>/<layer>/<kind>` or `<network>/<layer>/<unit>/<kind>` for image networks, else
    `<chapter>/<…>/<name>`; `page` is the site path that shows it (with an
    anchor where it shares a page); `files` are the site paths of its images (none for inline SVG).
    """

    id: str
    kind: str
    title: str
    caption: str
    alt: str
    page: str
    files: tuple[str, ...]
    licence: str
    attribution: str
    provenance: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The last part of its id: what tells it from the other figures of its page."""
        return self.id.rpartition("/")[2]
