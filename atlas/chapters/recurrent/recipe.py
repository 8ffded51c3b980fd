"""The chapter's section of a recipe: registered recurrent networks, and checkpoints of a user's own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field

from atlas.core.errors import ConfigError
from atlas.core.sources import CustomFile
from atlas.core.specs import RecurrentSpec, TokenizerSpec
from atlas.networks.custom_generator import source_of
from atlas.networks.custom_recurrent import shared
from atlas.networks.custom_recurrent_parts import parts_of
from atlas.networks.custom_tokens import check_tokenizer, with_marks
from atlas.networks.recurrent import ALPHABET, RECURRENT, SPECS
from atlas.networks.vocabulary_file import read_vocabulary
from atlas.recipe.custom import custom_name, each_once
from atlas.recipe.paths import placed
from atlas.recipe.recipe import Recipe
from atlas.recipe.sections import ChapterSection, Section
from atlas.weights import check, digest, locate, read
from atlas.weights.fit import finite
from atlas.weights.lock import Lock

FEWEST_KNOWN = 30  # characters of the texts: 26 letters and a few signs make up most of any of them


class CustomRecurrent(Section):
    """A custom checkpoint for the recurrent chapter: embedding or one-hot, LSTM, GRU
    or RNN layers; if it predicts, a linear head.
    """

    name: str = Field(description="a folder of the site, small letters, digits, - and _")
    weights: str = Field(
        description="its file, beside the recipe: `.safetensors`, or a state dict saved by `torch.save`"
    )
    vocabulary: str = Field(
        description=(
            "JSON file of its symbols: a list in the order of their numbers, or an object from symbol to number or back"
        )
    )
    tokenizer: str = Field(
        "characters",
        description=(
            "how it reads a text: `characters`; `longest`, the longest symbol first; `split`; or code, "
            '"package.module:callable"'
        ),
    )
    split: str = Field(
        "", description="with the tokenizer `split`: the regular expression whose matches are its symbols"
    )
    tokenizer_files: tuple[str, ...] = Field(
        (), description="files that a tokenizer of your own reads, beside the recipe: their digests are in every key"
    )
    encoder: bool = Field(
        False,
        description=(
            "it predicts no next symbol (a tagger, a classifier, two directions): only its states are studied"
        ),
    )
    nonlinearity: Literal["tanh", "relu"] = Field("tanh", description="of an RNN; a checkpoint does not contain it")
    title: str = Field("", description="its title on the site; the name where it is left out")
    year: int = Field(0, ge=0, description="year of its making; left out: that of its kind of cell")
    licence: str = Field("not stated", description="the licence of its weights, an SPDX id")
    attribution: str = Field("", description="whom to credit beside its figures")
    sha256: str = Field("", description="SHA-256 of the weight file; filled in from the file")
    vocabulary_sha256: str = Field("", description="SHA-256 of the vocabulary; filled in from the file")
    cell: Literal["", "LSTM", "GRU", "RNN"] = Field("", description="kind of cell; filled in from the file")
    embedding: int = Field(0, ge=0, description="numbers that a symbol is read as; filled in from the file")
    layers: int = Field(1, ge=1, description="its layers; filled in from the file")
    hidden: int = Field(0, ge=0, description="cells of a layer in each direction; filled in from the file")
    directions: int = Field(1, ge=1, le=2, description="in which its layers read; filled in from the file")
    symbols: int = Field(0, ge=0, description="symbols of a network that reads tokens; filled in from the file")
    known: int = Field(0, ge=0, description="symbols that it and the texts have in common; filled in from the file")
    tied: bool = Field(False, description="its head is its embedding, saved once; filled in from the file")
    code_sha256: str = Field("", description="SHA-256 over the tokenizer's code and files; filled in from them")

    @property
    def spec(self) -> RecurrentSpec:
        """The network, once the fields from its files are filled in."""
        kind = next(spec for spec in SPECS if spec.cell == self.cell)
        tokens = self.tokens
        symbols = self.symbols if tokens else len(ALPHABET)
        return RecurrentSpec(
            self.name,
            self.title or self.name,
            self.year or kind.year,
            kind.paper,
            self.cell,
            "tokens" if tokens else "characters",
            symbols=symbols,
            embedding=self.embedding,
            hidden=self.hidden,
            outputs=0 if self.encoder else symbols,
            weights=CustomFile(self.weights, self.sha256, self.licence, attribution=self.attribution),
            words=CustomFile(self.vocabulary, self.vocabulary_sha256, self.licence),
            summary=self._summary,
            layers=self.layers,
            rectified=self.nonlinearity == "relu",
            tokenizer=tokens,
            directions=self.directions,
        )

    @property
    def tokens(self) -> TokenizerSpec | None:
        """How it cuts a text, unless it reads characters."""
        return None if self.tokenizer == "characters" else TokenizerSpec(self.tokenizer, self.split, self.code_sha256)

    @property
    def _summary(self) -> str:
        shared = f"its vocabulary has {self.known} of the {len(ALPHABET)} symbols of the texts"
        reads = f"it reads tokens, with a vocabulary of {self.symbols:,} symbols" if self.tokens else shared
        layers = ""
        if self.layers > 1:
            each = self.hidden * self.directions
            layers = f"; its {self.layers} layers have {each} cells each, numbered through from the lowest one"
        both = ""
        if self.directions > 1:
            both = f"; of a layer the first {self.hidden} cells read forwards, the others from the end"
        tied = "; its file holds one matrix for embedding and head" if self.tied else ""
        return f"A custom {'encoder' if self.encoder else 'checkpoint'}; {reads}{layers}{both}{tied}."


class RecurrentRecipe(ChapterSection):
    """The chapter on recurrent networks; without networks there is none."""

    networks: tuple[str, ...] = Field((), description="recurrent networks (`atlas list recurrent`)")
    own: tuple[CustomRecurrent, ...] = Field((), description="custom checkpoints, `[[recurrent.own]]`, after these")
    characters: int = Field(
        4000, ge=300, le=1_000_000, description="characters read from the start of each held-out source file"
    )
    places: int = Field(500, ge=10, le=100_000, description="places where the context is cut short")
    cells: Annotated[int, Field(ge=1)] | Literal["all"] = Field(
        "all", description='cells of each character network with a page, those first that the chapter names; or "all"'
    )

    def paged(self, spec: RecurrentSpec) -> int:
        """How many of its cells have a page."""
        return spec.cells if self.cells == "all" else min(self.cells, spec.cells)

    def chosen(self) -> tuple[RecurrentSpec, ...]:
        """The registered networks, then the custom ones; UnknownName lists what exists."""
        return (*(RECURRENT[name] for name in self.networks), *(own.spec for own in self.own))

    def found(self, folder: Path, lock: Mapping[str, Lock]) -> Self:
        """With the fields that the files of the custom networks determine."""
        own = tuple(_found(network, folder) for network in self.own)
        each_once("recurrent", [*self.networks, *(network.name for network in own)])
        return self.model_copy(update={"own": own})

    def code(self) -> tuple[str, ...]:
        """The tokenizers that are code of the user's own."""
        return tuple(f"tokenizer {own.tokenizer!r} ({own.name})" for own in self.own if ":" in own.tokenizer)

    def spec(self, name: str) -> RecurrentSpec:
        """The network `name`: one of the recipe's own, else the registered one."""
        own = {network.name: network for network in self.own}
        return own[name].spec if name in own else RECURRENT[name]


def section(recipe: Recipe) -> RecurrentRecipe:
    """The chapter's section of a recipe."""
    found = recipe.section("recurrent")
    assert isinstance(found, RecurrentRecipe)
    return found


SECTION = RecurrentRecipe


def _found(network: CustomRecurrent, folder: Path) -> CustomRecurrent:
    """The custom network with the digests of its files, and the fields that its weights and vocabulary determine."""
    custom_name("recurrent.own", network.name, RECURRENT)
    file, words = placed(network.weights, folder), placed(network.vocabulary, folder)
    known = network.sha256 or digest(locate(CustomFile(file, "", "")))
    check(Path(file), known)
    symbols = read_vocabulary(Path(words))
    place = f"recurrent.own.{network.name}"
    check_tokenizer(place, TokenizerSpec(network.tokenizer, network.split), symbols)
    parts = parts_of(finite(read(Path(file)), file), len(symbols), file, encoder=network.encoder)
    _check_nonlinearity(place, network, parts.kind)
    if network.tokenizer == "characters":
        _check_known(place, shared(symbols))
    found = {
        "weights": file,
        "sha256": known,
        "vocabulary": words,
        "vocabulary_sha256": digest(Path(words)),
        "cell": parts.kind,
        "embedding": parts.embedding,
        "hidden": parts.hidden,
        "layers": parts.layers,
        "directions": parts.directions,
        "tied": parts.head is not None and parts.embed == f"{parts.head}weight",
        "known": shared(symbols),
        "symbols": len(with_marks(symbols)),
    }
    if ":" in network.tokenizer:
        found["code_sha256"] = network.code_sha256 or _code_digest(network, folder)
    elif network.tokenizer_files:
        raise ConfigError(
            f"{place}: tokenizer_files = {list(network.tokenizer_files)!r}, but its tokenizer is no code of your own."
        )
    return network.model_copy(update=found)


def _check_nonlinearity(place: str, network: CustomRecurrent, kind: str) -> None:
    if network.nonlinearity == "relu" and kind != "RNN":
        raise ConfigError(
            f'{place}: nonlinearity = "relu" is for an RNN, but {network.weights} holds the weights of {kind}, whose '
            "gates fix it. Leave it out."
        )


def _check_known(place: str, known: int) -> None:
    """ConfigError where a network of characters knows too few of those that the texts are written in."""
    if known < FEWEST_KNOWN:
        raise ConfigError(
            f"{place}: its vocabulary has {known} of the {len(ALPHABET)} symbols of the texts, which are Python source "
            f"code; with fewer than {FEWEST_KNOWN} no figure would mean anything. Is it the right vocabulary?"
        )


def _code_digest(network: CustomRecurrent, folder: Path) -> str:
    """Of the file that the tokenizer's code lies in; where it reads files, one over all of them."""
    code = digest(source_of(network.tokenizer, field="tokenizer"))
    files = [digest(locate(CustomFile(placed(file, folder), "", ""))) for file in network.tokenizer_files]
    return hashlib.sha256("".join((code, *files)).encode()).hexdigest() if files else code
