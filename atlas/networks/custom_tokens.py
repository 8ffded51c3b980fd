"""A user's own tokenizer: how a text becomes the symbols of a vocabulary that are more than one character long.

Every tokenizer cuts a text into pieces that cover all of it, and gives each piece the number of a symbol. A piece that
the vocabulary lacks is read as `<unknown>`. A vocabulary without `<unknown>` or `<start>` gets one: read as the mean of
its symbols (`<start>`: as a line break, if it has one), and never predicted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from atlas.core.errors import ConfigError
from atlas.core.specs import StateDict, TokenizerSpec
from atlas.networks.custom_generator import FAILURES, callable_of, reason
from atlas.networks.custom_recurrent import MARKS, NEVER, taken_apart
from atlas.networks.recurrent import ALPHABET, OTHER, START

Piece = tuple[int, str]  # the number of a symbol, and the text that it covers
Tokenizer = Callable[[str], list[Piece]]
HOW = ("characters", "longest", "split")
SAMPLE = "".join(ALPHABET[1:-1]) + "\n\ndef name(self, other=1):\n    return 'some text' + other  # why\n" + OTHER
"""What a tokenizer is tried on before anything is built: every character of the texts, and a line of code."""


def with_marks(vocabulary: Sequence[str]) -> tuple[str, ...]:
    """The symbols of a vocabulary, with the marks that it lacks at the end."""
    return (*vocabulary, *(mark for mark in MARKS.values() if mark not in vocabulary))


def tokenizer(spec: TokenizerSpec, vocabulary: Sequence[str]) -> Tokenizer:
    """The tokenizer that `spec` names, over the numbers of `with_marks(vocabulary)`.

    Raises ConfigError for one that does not exist; what it returns raises it for a text that its pieces do not cover.
    """
    symbols = with_marks(vocabulary)
    if spec.how == "longest":
        cut = _longest(symbols)
    elif spec.how == "split":
        cut = _split(spec.split, symbols)
    else:
        cut = _own(spec.how, len(vocabulary))
    return lambda text: list(_covering(cut(text), text, spec))


def _numbers(symbols: Sequence[str]) -> dict[str, int]:
    return {symbol: number for number, symbol in enumerate(symbols) if symbol not in MARKS.values()}


def _longest(symbols: Sequence[str]) -> Callable[[str], Iterator[Any]]:
    """At each place the longest symbol that the text goes on with; a character that none begins with is unknown."""
    number, unknown = _numbers(symbols), symbols.index(MARKS[OTHER])
    longest = max(map(len, number), default=1)

    def cut(text: str) -> Iterator[Piece]:
        at = 0
        while at < len(text):
            sizes = range(min(longest, len(text) - at), 0, -1)
            size = next((size for size in sizes if text[at : at + size] in number), 1)
            piece = text[at : at + size]
            yield number.get(piece, unknown), piece
            at += size

    return cut


def _split(expression: str, symbols: Sequence[str]) -> Callable[[str], Iterator[Any]]:
    """What a regular expression finds, one match after the other."""
    number, unknown = _numbers(symbols), symbols.index(MARKS[OTHER])
    try:
        found = re.compile(expression)
    except re.error as error:
        raise ConfigError(f"split = {expression!r} is no regular expression of Python ({error}).") from error

    def cut(text: str) -> Iterator[Piece]:
        for match in found.finditer(text):
            if match.group():
                yield number.get(match.group(), unknown), match.group()

    return cut


def _own(code: str, symbols: int) -> Callable[[str], Iterator[Any]]:
    """The pieces that the user's own code returns, their numbers checked."""
    own = callable_of(code, field="tokenizer")

    def cut(text: str) -> Iterator[Any]:
        try:
            found = list(own(text))
        except FAILURES as error:  # it is the user's code: whatever it raises is reported
            told = reason(error) if isinstance(error, SystemExit) else f"{type(error).__name__}: {error}"
            raise ConfigError(
                f"tokenizer = {code!r} fails on a text of {len(text)} characters: {' '.join(told.split())[:200]}. "
                "It must be a function of a text that returns pairs (number, piece)."
            ) from error
        for one in found:
            if not _is_piece(one) or not 0 <= one[0] < symbols:
                raise ConfigError(
                    f"tokenizer = {code!r} gives {one!r}; it must give pairs of a symbol's number, from 0 to "
                    f"{symbols - 1}, and the text that this symbol covers."
                )
            yield int(one[0]), one[1]

    return cut


def _is_piece(one: Any) -> bool:
    return isinstance(one, tuple | list) and len(one) == 2 and isinstance(one[0], int) and isinstance(one[1], str)


def _covering(pieces: Iterator[Piece], text: str, spec: TokenizerSpec) -> Iterator[Piece]:
    """The pieces; ConfigError where they are not the text, piece by piece."""
    at = 0
    for number, piece in pieces:
        if not piece or not text.startswith(piece, at):
            raise _uncovered(text, at, spec, repr(piece))
        yield number, piece
        at += len(piece)
    if at < len(text):
        raise _uncovered(text, at, spec, "nothing more")


def _uncovered(text: str, at: int, spec: TokenizerSpec, found: str) -> ConfigError:
    if spec.how == "split":
        return ConfigError(
            f"split = {spec.split!r} leaves out {text[at]!r} (character {at} of the text, after "
            f"{text[max(0, at - 20) : at]!r}). Its matches must cover all of a text, since they are what is predicted: "
            r"end it with |\s|. or another part for the rest."
        )
    return ConfigError(
        f"tokenizer = {spec.how!r} gives {found} where the text goes on with {text[at : at + 20]!r} (character {at}). "
        "Its pieces, joined, must be the text itself: give the original characters, spaces too, with each number."
    )


def check_tokenizer(place: str, spec: TokenizerSpec, vocabulary: Sequence[str]) -> None:
    """ConfigError, with the `place` in the recipe, unless the tokenizer exists and covers SAMPLE."""
    if (spec.how == "split") != bool(spec.split):
        missing = "names no expression" if not spec.split else f"is not for `split = {spec.split!r}`"
        raise ConfigError(
            f'{place}: tokenizer = {spec.how!r} {missing}. Write tokenizer = "split" and split = {REST!r}, or leave '
            "both out."
        )
    if spec.how not in HOW and ":" not in spec.how:
        near = get_close_matches(spec.how, HOW, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ConfigError(
            f"{place}: there is no tokenizer {spec.how!r}.{hint} There are {', '.join(HOW)}, and "
            '"package.module:callable" for code of your own.'
        )
    if spec.how == "characters":
        _only_characters(place, vocabulary)
        return
    try:
        tokenizer(spec, vocabulary)(SAMPLE)
    except ConfigError as error:
        raise ConfigError(f"{place}: {error}") from error


REST = r"\w+|\s|."


def _only_characters(place: str, vocabulary: Sequence[str]) -> None:
    """ConfigError where a vocabulary is obviously not one of characters: few symbols are, and others are longer."""
    longer = [symbol for symbol in vocabulary if len(symbol) > 1 and not re.fullmatch(r"<.*>|\[.*\]", symbol)]
    if len(longer) > len(vocabulary) / 2:
        raise ConfigError(
            f"{place}: {len(longer)} of the {len(vocabulary)} symbols of its vocabulary have more than one character "
            f"({longer[0]!r}, …), but its tokenizer reads characters. Name another: "
            f'tokenizer = "longest", or tokenizer = "split" and split = {REST!r}.'
        )


def into_tokens(state: StateDict, vocabulary: Sequence[str], file: str, *, encoder: bool = False) -> StateDict:
    """The weights of `Recurrent` over `with_marks(vocabulary)` that read and predict as the checkpoint does."""
    import torch

    embed, head, cell = taken_apart(state, len(vocabulary), file, encoder=encoder)
    added = with_marks(vocabulary)[len(vocabulary) :]
    newline = embed[vocabulary.index("\n")] if "\n" in vocabulary else embed.mean(0)
    rows = [newline if mark == MARKS[START] else embed.mean(0) for mark in added]
    found = {"embed.weight": torch.stack([*embed, *rows]), **cell}
    if head:
        weight, bias = head
        found["head.weight"] = torch.stack([*weight, *([weight.mean(0)] * len(added))])
        found["head.bias"] = torch.stack([*bias, *([bias.mean() - NEVER] * len(added))])
    return found
