"""Sections of a recipe: pictures, maps and the chapters; every field has a default and says what it is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from atlas.lock import Lock, pinned
from atlas.networks.generators import GENERATORS
from atlas.networks.own_generator import built, script
from atlas.networks.recurrent import ALPHABET, RECURRENT, SPECS
from atlas.sources import OwnFile, OwnModule
from atlas.types import GeneratorSpec, LayerSpec, NetworkSpec, RecurrentSpec, TokenizerSpec


class Section(BaseModel):
    """Frozen; a field that does not exist is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PictureRecipe(Section):
    """Feature visualization (activation maximization)."""

    size: int = Field(
        128,
        ge=32,
        le=512,
        description="pixels of the picture's side, as shown, at most 1.5 times the input; layers that see less have a smaller canvas",
    )
    steps: int = Field(48, ge=1, description="steps of gradient ascent on 128 pixels; a smaller canvas takes fewer")

    def side(self, spec: NetworkSpec) -> int:
        """Pixels of a picture's side: more than one and a half times what the network itself sees would show no more."""
        return min(self.size, spec.input_size * 3 // 2)


class MapRecipe(Section):
    """Activation maps (UMAP)."""

    neighbours: int = Field(50, ge=2, description="UMAP's n_neighbors")
    min_dist: float = Field(0.05, ge=0, description="UMAP's min_dist")
    metric: Literal["cosine", "euclidean"] = Field("cosine", description="distance between activation vectors")
    epochs: int = Field(100, ge=1, description="UMAP's n_epochs: more do not keep more neighbours (atlas/embed.py)")
    grid: int = Field(14, ge=2, le=80, description="cells a side")
    least: int = Field(6, ge=1, description="points that a cell needs")
    icon_size: int = Field(80, ge=32, description="pixels of an icon's side")


class OwnRecurrent(Section):
    """An own checkpoint for the recurrent chapter: embedding or one-hot, LSTM, GRU or RNN layers; if it predicts, a linear head."""

    name: str = Field(description="a folder of the site, small letters, digits, - and _")
    weights: str = Field(
        description="its file, beside the recipe: `.safetensors`, or a state dict saved by `torch.save`"
    )
    vocabulary: str = Field(
        description="JSON file of its symbols: a list in the order of their numbers, or an object from symbol to number"
    )
    tokenizer: str = Field(
        "characters",
        description='how it reads a text: `characters`; `longest`, the longest symbol first; `split`; or code, "package.module:callable"',
    )
    split: str = Field(
        "", description="with the tokenizer `split`: the regular expression whose matches are its symbols"
    )
    tokenizer_files: tuple[str, ...] = Field(
        (), description="files that a tokenizer of your own reads, beside the recipe: their digests are in every key"
    )
    encoder: bool = Field(
        False, description="it predicts no next symbol, as a tagger or a classifier, or has two directions: only its states are studied"
    )  # fmt: skip
    nonlinearity: Literal["tanh", "relu"] = Field("tanh", description="of an RNN; the checkpoint does not tell")
    title: str = Field("", description="its title on the site; the name where it is left out")
    year: int = Field(0, ge=0, description="year of its making; left out: that of its kind of cell")
    licence: str = Field("not stated", description="the licence of its weights")
    sha256: str = Field("", description="SHA-256 of the weight file; filled in from the file")
    vocabulary_sha256: str = Field("", description="SHA-256 of the vocabulary; filled in from the file")
    cell: Literal["", "LSTM", "GRU", "RNN"] = Field("", description="kind of cell; filled in from the file")
    embedding: int = Field(0, ge=0, description="numbers that a symbol is read as; filled in from the file")
    layers: int = Field(1, ge=1, description="its layers; filled in from the file")
    hidden: int = Field(0, ge=0, description="cells of a layer in each direction; filled in from the file")
    directions: int = Field(1, ge=1, le=2, description="in which its layers read; filled in from the file")
    symbols: int = Field(0, ge=0, description="symbols of a network that reads tokens; filled in from the file")
    known: int = Field(0, ge=0, description="symbols that it and the texts have in common; filled in from the file")
    code_sha256: str = Field("", description="SHA-256 over the tokenizer's code and files; filled in from them")

    @property
    def spec(self) -> RecurrentSpec:
        """The network, once what is filled in is known."""
        kind = next(spec for spec in SPECS if spec.cell == self.cell)
        tokens = self.tokens
        symbols = self.symbols if tokens else len(ALPHABET)
        return RecurrentSpec(
            self.name, self.title or self.name, self.year or kind.year, kind.paper, self.cell, "tokens" if tokens else "characters",
            symbols=symbols, embedding=self.embedding, hidden=self.hidden, outputs=0 if self.encoder else symbols,
            weights=OwnFile(self.weights, self.sha256, self.licence),
            words=OwnFile(self.vocabulary, self.vocabulary_sha256, self.licence),
            summary=self._summary, layers=self.layers, rectified=self.nonlinearity == "relu", tokenizer=tokens, directions=self.directions,
        )  # fmt: skip

    @property
    def tokens(self) -> TokenizerSpec | None:
        """How it cuts a text, unless it reads characters."""
        return None if self.tokenizer == "characters" else TokenizerSpec(self.tokenizer, self.split, self.code_sha256)

    @property
    def _summary(self) -> str:
        knows = f"it knows {self.known} of the {len(ALPHABET)} symbols of the texts"
        reads = f"it reads tokens, of {self.symbols:,} symbols" if self.tokens else knows
        layers = ""
        if self.layers > 1:
            layers = f"; its {self.layers} layers have {self.hidden * self.directions} cells each, numbered through from the lowest one"
        both = ""
        if self.directions > 1:
            both = f"; of a layer the first {self.hidden} cells read forwards, the others from the end"
        return f"An own {'encoder' if self.encoder else 'checkpoint'}; {reads}{layers}{both}."


class RecurrentRecipe(Section):
    """The chapter on recurrent networks; without networks there is none."""

    networks: tuple[str, ...] = Field((), description="recurrent networks (`atlas list recurrent`)")
    own: tuple[OwnRecurrent, ...] = Field((), description="own checkpoints, `[[recurrent.own]]`, after these")
    characters: int = Field(4000, ge=300, description="characters read from the start of each held-out source file")
    places: int = Field(500, ge=10, description="places where the context is cut short")
    cells: Annotated[int, Field(ge=1)] | Literal["all"] = Field(
        "all", description='cells of each character network with a page, those first that the chapter names; or "all"'
    )

    def paged(self, spec: RecurrentSpec) -> int:
        """How many of its cells have a page."""
        return spec.cells if self.cells == "all" else min(self.cells, spec.cells)

    def chosen(self) -> tuple[RecurrentSpec, ...]:
        """The registered networks, then the own ones; UnknownName lists what exists."""
        return (*(RECURRENT[name] for name in self.networks), *(own.spec for own in self.own))


class OwnGenerator(Section):
    """A generator of your own: a TorchScript file, or code that builds its module and the file of its weights."""

    name: str = Field(description="its folder of the site: small letters, digits, - and _")
    torchscript: str = Field("", description="a file that `torch.jit.save` wrote, beside the recipe; else `module`")
    module: str = Field("", description="`package.module:callable`, importable code that builds the torch module")
    weights: str = Field("", description="the state dict of that module, beside the recipe; loading is strict")
    z: int = Field(ge=2, description="its input is [N, z], standard normal")
    size: Literal[32, 64, 128, 256, 512, 1024] = Field(description="its output is [N, 3, size, size], red first")
    values: tuple[Literal[-1, 0], Literal[1]] = Field((-1, 1), description="range of its output: [-1, 1] or [0, 1]")
    subject: Literal["pictures", "faces", "eyes", "sprites"] = Field(
        "pictures", description="what it draws: of `faces`, `eyes` and `sprites` more can be measured"
    )
    first: str = Field("", description="with `module`: the part whose output is affine in z, which SeFa reads")
    layers: tuple[str, ...] = Field(
        (),
        description="with `module`: parts with maps, behind the nonlinearity, from z to the picture; GANSpace reads the first, the units of all are dissected",
    )
    title: str = Field("", description="its title on the site; the name where it is left out")
    summary: str = Field("A generator that the recipe brings along.", description="a sentence about it")
    licence: str = Field("not stated", description="the licence of its weights")
    source: str = Field("own generator", description="where its weights come from, such as an address")
    sha256: str = Field("", description="SHA-256 of the weight file; filled in from the file")
    code_sha256: str = Field("", description="SHA-256 of the file that the callable lies in; filled in from the file")

    @property
    def file(self) -> str:
        """The file with its weights."""
        return self.torchscript or self.weights

    @property
    def spec(self) -> GeneratorSpec:
        """The generator; how many units its layers have is measured when it is loaded."""
        origin = self.file, self.sha256, self.licence, self.source
        return GeneratorSpec(
            self.name,
            title=self.title or self.name,
            year=None,
            paper="",
            build=partial(script, self.torchscript) if self.torchscript else partial(built, self.module),
            weights=OwnModule(*origin, self.module, self.code_sha256) if self.module else OwnFile(*origin),
            subject=self.subject,
            size=self.size,
            noise=self.z,
            layers=tuple(LayerSpec(path, path, 0, f"Layer {path}") for path in self.layers),
            summary=self.summary,
            first=self.first,
            low=self.values[0],
            quick=False,
            again=True,
        )


class GenerativeRecipe(Section):
    """The chapter on generators; without generators there is none."""

    generators: tuple[str, ...] = Field((), description="generators (`atlas list generators`)")
    locks: dict[str, Lock] = Field(
        {}, description="SHA-256 and revision of fetched weights by generator; filled in from `atlas.lock`"
    )
    own: tuple[OwnGenerator, ...] = Field((), description="generators of your own, after those")
    samples: int = Field(1500, ge=40, description="pictures of the sample that is measured and laid out")
    directions: int = Field(8, ge=1, le=32, description="directions of each unsupervised method")
    vectors: int = Field(12, ge=4, description="latent vectors on which a direction is tried")
    chance: int = Field(100, ge=4, description="random directions that it is compared with")
    units: int = Field(12, ge=1, description="dissected units of each layer, spread evenly")

    def chosen(self) -> tuple[GeneratorSpec, ...]:
        """The registered generators, fetched weights with the digest that is locked, then the own ones; UnknownName lists what exists."""
        registered = (self._known(GENERATORS[name]) for name in self.generators)
        return (*registered, *(own.spec for own in self.own))

    def _known(self, spec: GeneratorSpec) -> GeneratorSpec:
        lock = self.locks.get(spec.name)
        return replace(spec, weights=pinned(spec.weights, lock)) if lock else spec
