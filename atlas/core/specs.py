"""The nouns that work starts from, networks and probe images: frozen records over numpy, no torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from atlas.core.seeds import name_seed
from atlas.core.sources import WeightSource

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

    def spread(self, count: int) -> tuple[int, ...]:
        """`count` of its units (all, where it has fewer), spread evenly over it."""
        some = min(count, self.units)
        return tuple((2 * i + 1) * self.units // (2 * some) for i in range(some))


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
        from atlas.core.errors import UnknownName

        for layer in self.layers:
            if layer.name == name:
                return layer
        raise UnknownName(f"layer of {self.name}", name, (layer.name for layer in self.layers))

    @property
    def logits(self) -> LayerSpec:
        """The last layer: one unit a class, in the order of the class list."""
        return self.layers[-1]


@dataclass(frozen=True)
class TokenizerSpec:
    """How a text is cut into symbols: "longest", "split" by a regular expression, or "package.module:callable" with the digest of its file."""

    how: str
    split: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class RecurrentSpec:
    """Everything known about a recurrent network without building it.

    `cell` is LSTM, GRU or RNN (tanh, or max(0, x) where it is `rectified`); `reads` is "characters" (symbols are ALPHABET; one output a symbol, the next
    character, or none: an encoder), "tokens" (the same over symbols of its own, into which its `tokenizer` cuts the characters), "words" (symbols are a word list beside the weights; one output, the sentiment's logit), "letters" (one output a
    speech sound) or "sound" (no symbols; one output, the probability of speech).
    """

    name: str  # path segment of the site
    title: str
    year: int
    paper: str  # key into templates/bibliography.bib
    cell: str
    reads: str
    symbols: int
    embedding: int
    hidden: int  # cells of a layer
    outputs: int
    weights: WeightSource
    summary: str
    words: WeightSource | None = None  # where it reads words: their list
    layers: int = 1
    rectified: bool = False
    tokenizer: TokenizerSpec | None = None  # where it reads tokens
    directions: int = 1  # 2: every layer has as many cells again, which read from the end

    @property
    def cells(self) -> int:
        """The cells of all layers, which are numbered through, those of the lowest layer first, in it those that read forwards."""
        return self.hidden * self.layers * self.directions

    def layer_of(self, cell: int) -> int:
        """The layer of a cell, from 1 on."""
        return cell // (self.hidden * self.directions) + 1

    def reads_back(self, cell: int) -> bool:
        """Does the cell read from the end?"""
        return cell // self.hidden % self.directions == 1

    @property
    def reads_code(self) -> bool:
        """Does it read source code?"""
        return self.reads in ("characters", "tokens")

    @property
    def predicts(self) -> bool:
        """Does it say anything? An encoder has no outputs, only states."""
        return self.outputs > 0

    @property
    def step(self) -> str:
        """What it reads at a step."""
        return "token" if self.reads == "tokens" else "character"


@dataclass(frozen=True)
class GeneratorSpec:
    """Everything known about a generator without building it.

    `build` makes a module from z [N, Z] to RGB [N, 3, S, S] in [`low`, 1]. The columns of z: `noise` standard normal ones (drawn
    again beyond `cut`, where there is one), then `numbers` uniform in [-1, 1] (codes that training gave a meaning), then one-hot
    `choices`. `first` is the module whose output is affine in z; `layers` are the places that are read, from z to the picture;
    without them the methods that need them are left out. Where `mapping` is named, this part of the module maps the noise first, and
    its columns of z are what it gives: W, normalized to about unit variance. `inner` is where the weight file keeps the state dict, unless it
    is one, `records` the classes of settings beside it (`weights.read`).
    """

    name: str  # path segment of the site
    title: str
    year: int | None  # None: an own one, without a paper
    paper: str  # key into templates/bibliography.bib
    build: Callable[[], nn.Module]
    weights: WeightSource
    subject: str  # "pictures", "faces", "eyes", "sprites": which attributes can be measured on a picture
    size: int  # S, pixels
    noise: int
    layers: tuple[LayerSpec, ...]
    summary: str
    numbers: int = 0
    choices: tuple[str, ...] = ()
    inner: str = ""
    rename: Callable[[StateDict], StateDict] = _unchanged
    first: str = "norm1"
    mapping: str = ""
    cut: float = 0.0  # 0: the noise has no bound
    records: tuple[str, ...] = ()
    low: float = -1.0
    quick: bool = True  # may pictures that are only measured be computed in bfloat16?
    again: bool = False  # is z read again behind the first layer that is read, as where every block is told it?
    reader: WeightSource | None = None  # of the network that reads z back from a picture, where one is shipped

    @property
    def z(self) -> int:
        return self.noise + self.numbers + len(self.choices)

    @property
    def free(self) -> int:
        """How many columns of z a direction can move: all but the choice."""
        return self.noise + self.numbers


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
        return name_seed(self.slug, recipe_seed)


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
