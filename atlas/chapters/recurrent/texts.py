"""The held-out files as the studies read them: symbols, concepts, and what must be closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self, TypeVar

import numpy as np

from atlas.chapters.recurrent.cell import Net
from atlas.chapters.recurrent.concepts import CONCEPTS, label, pairs
from atlas.chapters.recurrent.source import SourceFile, encode_file
from atlas.chapters.recurrent.trace import states
from atlas.core.errors import ProbeError
from atlas.core.pack import stored
from atlas.core.specs import Array
from atlas.networks.recurrent import ALPHABET

LEAST = 200  # characters of a file that is worth reading
T = TypeVar("T")


@dataclass(frozen=True)
class Text:
    """The start of one held-out file of N characters, or of N tokens of one or more characters each (`tokens.py`).

    `symbols` [N + 1] begins with the start mark. Row t of the labels, and of the states in `rows`, is the one after
    character (token) t was read; the next one is what is predicted there. `pairs` [P, 2] are the places of opening and
    closing brackets and quotes, `quotes` [P] says which are quotes. `seen` [N + 1] are the places in `names` of what
    was read: of characters the symbols themselves, while tokens that a vocabulary lacks are one symbol, `unknown`, but
    have names of their own.
    """

    path: str
    symbols: Array
    labels: Mapping[str, Array]
    pairs: Array
    quotes: Array
    tokens: Array | None = None
    names: Sequence[str] = ALPHABET
    unknown: int = -1  # the symbol of tokens that the vocabulary lacks

    def __len__(self) -> int:
        return len(self.symbols) - 1

    @property
    def seen(self) -> Array:
        """[N + 1] what was read, as places in `names`."""
        return self.symbols if self.tokens is None else self.tokens

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """[N] the characters of each symbol but the start mark."""
        return tuple(self.names[number] for number in self.seen[1:].tolist())

    @property
    def text(self) -> str:
        """The characters as the network reads them."""
        return "".join(self.pieces)

    @cached_property
    def lengths(self) -> Array:
        """[N] characters of each symbol but the start mark."""
        return np.array([len(piece) for piece in self.pieces], np.int64)

    @property
    def firsts(self) -> Array:
        """[N] the place in `text` where each symbol begins."""
        return np.cumsum(self.lengths) - self.lengths

    @property
    def spread(self) -> float:
        """Characters of a symbol, on average; 1 for a network that reads characters."""
        return float(self.lengths.mean())

    @property
    def following(self) -> Array:
        """[N - 1] the symbol after each character but the last."""
        return self.symbols[2:]

    def rows(self, states: Array) -> Array:
        """[N - 1, H] the states after each character but the last, of the states [N + 1, H] after each symbol."""
        return states[1:-1]


def held_out_texts(files: Sequence[SourceFile], *, characters: int) -> tuple[Text, ...]:
    """The first `characters` of every held-out file, labelled by the whole file; ProbeError with fewer than four."""
    chosen = [file for file in files if file.held_out and len(file.text) >= LEAST]
    if len(chosen) < 4:
        raise ProbeError(f"Only {len(chosen)} held-out files were found; the interpreter's library is incomplete.")
    return tuple(_text(file, characters) for file in chosen)


def _text(file: SourceFile, characters: int) -> Text:
    labels = {name: values[:characters] for name, values in label(file.text).items()}
    found = [pair for pair in pairs(file.text) if pair[1] < characters]
    return Text(
        file.path,
        encode_file(file)[: characters + 1],
        labels,
        np.array([pair[:2] for pair in found], np.int64).reshape(-1, 2),
        np.array([pair[2] == "quote" for pair in found], bool),
    )


def halves(texts: Sequence[T]) -> tuple[tuple[T, ...], tuple[T, ...]]:
    """Half A, where cells are chosen, and half B, where they are judged: alternate
    files, or what belongs to each file.
    """
    return tuple(texts[0::2]), tuple(texts[1::2])


def read_b(net: Net, texts: Sequence[Text]) -> tuple[tuple[Text, ...], tuple[tuple[Array, Array], ...]]:
    """The texts of half B, and (h, c) of each, [N + 1, H] after every symbol.

    Both halves are read, as other studies ask for.
    """
    return halves(texts)[1], halves(states(net, [text.symbols for text in texts]))[1]


@dataclass(frozen=True)
class Library:
    """Which source code was read: that of a version of Python, by the SHA-256 of
    all its files; `paths` are those held out.
    """

    paths: tuple[str, ...]
    python: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class StoredTexts:
    """All texts of a library, one after the other; N characters in all, T texts, P pairs, C CONCEPTS."""

    symbols: Array  # [N + T] uint8
    labels: Array  # [C, N] float32
    pairs: Array  # [P, 2] int32
    quotes: Array  # [P] bool
    lengths: Array  # [T] characters
    paired: Array  # [T] pairs
    library: Library = stored("")

    @classmethod
    def of(cls, texts: Sequence[Text], *, python: str, digest: str) -> Self:
        """The texts in few arrays."""
        return cls(
            symbols=np.concatenate([text.symbols for text in texts]).astype(np.uint8),
            labels=np.concatenate([[text.labels[c.name] for c in CONCEPTS] for text in texts], 1).astype(np.float32),
            pairs=np.concatenate([text.pairs for text in texts]).astype(np.int32),
            quotes=np.concatenate([text.quotes for text in texts]),
            lengths=np.array([len(text) for text in texts]),
            paired=np.array([len(text.pairs) for text in texts]),
            library=Library(tuple(text.path for text in texts), python, digest),
        )

    @property
    def texts(self) -> tuple[Text, ...]:
        """Each for itself again."""
        ends, paired = np.cumsum(self.lengths)[:-1], np.cumsum(self.paired)[:-1]
        symbols = np.split(self.symbols.astype(np.int64), np.cumsum(self.lengths + 1)[:-1])
        labels = np.split(self.labels, ends, axis=1)
        pairs, quotes = np.split(self.pairs.astype(np.int64), paired), np.split(self.quotes, paired)
        return tuple(
            Text(path, own, {c.name: table[row] for row, c in enumerate(CONCEPTS)}, closed, marks)
            for path, own, table, closed, marks in zip(self.library.paths, symbols, labels, pairs, quotes, strict=True)
        )


def numbered(places: Array, names: Sequence[str]) -> Array:
    """Places in `names`, in the smallest integers that hold them."""
    return places.astype(np.min_scalar_type(len(names) - 1))
