"""Specifications of networks and probe images: frozen records over numpy, without torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from atlas.core.errors import UnknownName
from atlas.core.seeds import name_seed
from atlas.core.sources import WeightSource

if TYPE_CHECKING:
    from torch import Tensor, nn

Array = NDArray[Any]


# ---------------------------------------------------------------- networks


@dataclass(frozen=True)
class LayerSpec:
    """One layer that the atlas reads, before the nonlinearity where there is one.

    `name` is that of the paper (`conv4_3`) and a path segment of the site; `path` is the module whose OUTPUT is read;
    `call` is the index of the call, for a module that is called several times in one forward pass.
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
        """The indices of `count` of its units (all, where it has fewer), spread evenly."""
        count = min(count, self.units)
        return tuple((2 * i + 1) * self.units // (2 * count) for i in range(count))


StateDict = dict[str, "Tensor"]


def _unchanged(state: StateDict) -> StateDict:
    return state


@dataclass(frozen=True)
class NetworkSpec:
    """A network without its weights. `build` imports torch, this record does not.

    The input is RGB in [0, 1], `input_size` pixels square, normalized as `(x - mean) / std`. `rename` maps the
    published state dict to the keys of the module. `labels` names the class list.
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
    scale: str = ""  # where it is not the network of the paper: how it differs in size and task, one sentence
    like: str = ""  # of a custom checkpoint: the registered network whose architecture it has

    @property
    def words(self) -> str:
        """Its name in a message, of a custom checkpoint with the network that it is like."""
        return f'{self.name} (like = "{self.like}")' if self.like else self.name

    def layer(self, name: str) -> LayerSpec:
        """The layer named `name`; UnknownName lists the layers."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise UnknownName(f"layer of {self.name}", name, (layer.name for layer in self.layers))

    @property
    def logits(self) -> LayerSpec:
        """The last layer: one unit for each class, in the order of the class list."""
        return self.layers[-1]


@dataclass(frozen=True)
class TokenizerSpec:
    """How a text is split into symbols.

    `how` is "longest" (the longest symbol that fits), "split" (by the regular expression `split`) or
    "package.module:callable", with the SHA-256 of its file.
    """

    how: str
    split: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class RecurrentSpec:
    """A recurrent network without its weights.

    `cell` is LSTM, GRU or RNN (tanh, or max(0, x) where it is `rectified`). `reads` is one of

    - "characters": symbols are ALPHABET; one output a symbol, the next character, or none (an encoder),
    - "tokens": the same over its own symbols, into which its `tokenizer` splits the characters,
    - "words": symbols are a word list beside the weights; one output, the logit of the sentiment,
    - "letters": one output a speech sound,
    - "sound": no symbols; one output, the probability of speech.
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
    directions: int = 1  # 2: every layer has as many cells again, which read backwards

    @property
    def cells(self) -> int:
        """The number of cells of all layers.

        Cells are numbered from the lowest layer up, in a layer the forward ones first.
        """
        return self.hidden * self.layers * self.directions

    def layer_of(self, cell: int) -> int:
        """The layer of a cell, from 1 on."""
        return cell // (self.hidden * self.directions) + 1

    def reads_back(self, cell: int) -> bool:
        """Whether the cell reads the text backwards."""
        return cell // self.hidden % self.directions == 1

    @property
    def reads_code(self) -> bool:
        """Whether it reads source code."""
        return self.reads in ("characters", "tokens")

    @property
    def predicts(self) -> bool:
        """Whether it has outputs; an encoder has states only."""
        return self.outputs > 0

    @property
    def step(self) -> str:
        """The word for what it reads in one step."""
        return "token" if self.reads == "tokens" else "character"


@dataclass(frozen=True)
class GeneratorSpec:
    """A generator without its weights.

    `build` makes a module from z [N, Z] to RGB [N, 3, S, S] in [`low`, 1]. The columns of z are `noise` standard normal
    ones (truncated at `cut`, where it is above zero), then `numbers` uniform ones in [-1, 1] (codes with a trained
    meaning), then one-hot `choices`. Where `mapping` is named, this module of the generator maps the noise first, and
    the columns of z are its output: W, normalized to about unit variance.

    `first` is the module whose output is affine in z; `layers` are read, in the order from z to the picture, and
    methods that need layers are left out where there are none. `inner` is the key under which the weight file holds the
    state dict, if any, and `records` are the classes of settings beside it (`atlas.weights.read`).
    """

    name: str  # path segment of the site
    title: str
    year: int | None  # None: a custom one, without a paper
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
    quick: bool = True  # whether pictures that are only measured may be computed in bfloat16
    again: bool = (
        False  # whether z is read again behind the first layer that is read, as where it conditions every block
    )
    reader: WeightSource | None = None  # of the network that reads z back from a picture, where one is shipped

    @property
    def z(self) -> int:
        return self.noise + self.numbers + len(self.choices)

    @property
    def free(self) -> int:
        """The number of columns of z that a direction can change: all but the choice."""
        return self.noise + self.numbers


@dataclass(frozen=True)
class Network:
    """A network with its weights: evaluation mode, frozen, without in-place operations, which taps would miss."""

    spec: NetworkSpec
    module: nn.Module


@dataclass(frozen=True, order=True)
class Unit:
    """A unit: a channel of a layer, or an entry of a vector."""

    network: str
    layer: str
    index: int

    @property
    def slug(self) -> str:
        return f"{self.network}/{self.layer}/{self.index}"

    def seed(self, recipe_seed: int) -> int:
        """A seed in [0, 2^63) from the recipe's seed and the unit's name: the same in any batch."""
        return name_seed(self.slug, recipe_seed)


# ---------------------------------------------------------------- probe images


# What an image is: a whole photograph, a part of one, an object cut out of one on another ground, a drawn object, or
# anything (an own set).
IMAGE_KINDS = ("photograph", "crop", "cut-out", "drawing", "image")


@dataclass(frozen=True)
class ProbeImage:
    """A probe image: its origin and its licence."""

    id: str  # path segment, unique in its probe set
    source: str  # the work that it is a crop of; top examples hold few crops of one source
    title: str  # in words
    licence: str  # SPDX id where there is one
    attribution: str
    url: str
    label: str | None = None  # what the image shows, according to its maker
    group: str | None = None
    class_index: int | None = None  # in the probe set's `labels` class list
    kind: str = "image"  # one of IMAGE_KINDS
    ground: str | None = None  # the photograph behind the object, of a photograph the same itself; None: plain


@dataclass(frozen=True)
class Skipped:
    """An image that could not be used: where it was read from, and the reason."""

    place: str
    reason: str


@dataclass(frozen=True)
class ProbePart:
    """A few dozen probe images with their pixels, the same for networks and site.

    `webp[i]` is image i as the bytes of a WebP file, `size` pixels square, RGB; `masks[i]` is its exact object mask
    (bool, size x size) or None.
    """

    images: tuple[ProbeImage, ...]
    webp: tuple[bytes, ...]
    masks: tuple[Array | None, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True)
class ProbeSet:
    """All images of a probe set without their pixels. `publish`: whether the site may show the images."""

    name: str
    title: str
    digest: str
    size: int
    images: tuple[ProbeImage, ...]
    skipped: tuple[Skipped, ...]
    labels: str | None  # the class list of `class_index`
    publish: bool
