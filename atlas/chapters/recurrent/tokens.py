"""The held-out files as a network reads them that has a tokenizer: in tokens, with what is known of their characters.

A token has the labels of its last character, since they describe the state after it was read. A pair is that of the
tokens which contain the two characters; one within a single token, or whose closing token the vocabulary lacks, is left
out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from atlas.chapters.recurrent.texts import Text
from atlas.core.errors import ProbeError
from atlas.core.pack import stored
from atlas.core.specs import Array
from atlas.networks.custom_recurrent import MARKS
from atlas.networks.custom_tokens import Tokenizer, with_marks
from atlas.networks.recurrent import OTHER, START

FEWEST = 40  # tokens of a text: with fewer there is no passage around a peak


@dataclass(frozen=True, kw_only=True)
class TokenStudy:
    """All texts in T tokens, one text after the other without start marks, and how many the vocabulary lacks."""

    symbols: Array  # [T] what the network reads
    tokens: Array  # [T] indices into `names`
    counts: Array  # tokens of each text
    names: tuple[
        str, ...
    ]  # the vocabulary's symbols as the texts write them, then pieces that are <unknown> or written otherwise
    vocabulary: int  # symbols
    mark: int  # the symbol <unknown>
    start: int  # the symbol of a text's start
    count: int = stored("tokens")  # T
    characters: int
    unknown: float  # share of tokens that the vocabulary lacks
    unknown_characters: float  # share of characters in such tokens


def study_tokens(texts: Sequence[Text], cut: Tokenizer, vocabulary: Sequence[str]) -> TokenStudy:
    """The texts as the tokenizer cuts them; ProbeError where one has fewer than FEWEST tokens."""
    symbols = with_marks(vocabulary)
    unknown = symbols.index(MARKS[OTHER])
    found = [cut(text.text) for text in texts]
    _long_enough(texts, found)
    flat = [one for pieces in found for one in pieces]
    names, tokens = _named(symbols, flat, unknown)
    lacking = [piece for number, piece in flat if number == unknown]
    characters = sum(map(len, texts))
    return TokenStudy(
        symbols=np.array([number for number, _ in flat]),
        tokens=np.array(tokens),
        counts=np.array([len(pieces) for pieces in found]),
        names=tuple(names),
        vocabulary=len(symbols),
        mark=unknown,
        start=symbols.index(MARKS[START]),
        count=len(flat),
        characters=characters,
        unknown=len(lacking) / len(flat),
        unknown_characters=sum(map(len, lacking)) / characters,
    )


def _long_enough(texts: Sequence[Text], found: Sequence[Sequence[tuple[int, str]]]) -> None:
    short = min(zip(found, texts, strict=True), key=lambda one: len(one[0]))
    if len(short[0]) < FEWEST:
        raise ProbeError(
            f"The tokenizer cuts the {len(short[1])} characters of {short[1].path} into {len(short[0])} tokens; "
            f"{FEWEST} are the fewest to study. Read more of each file ([recurrent] characters), or cut into shorter "
            "tokens."
        )


def _named(symbols: Sequence[str], flat: Sequence[tuple[int, str]], unknown: int) -> tuple[list[str], list[int]]:
    """How each symbol reads, as the texts write it first (a tokenizer may name a
    space in another way), and the name of each token.
    """
    names = list(symbols)
    for number, piece in reversed(flat):
        if number != unknown:
            names[number] = piece
    other = dict.fromkeys(piece for number, piece in flat if piece != names[number])
    place = {piece: len(names) + at for at, piece in enumerate(other)}
    tokens = [number if piece == names[number] else place[piece] for number, piece in flat]
    return [*names, *other], tokens


def in_tokens(texts: Sequence[Text], study: TokenStudy) -> tuple[Text, ...]:
    """The texts as `study_tokens` cut them."""
    cuts = np.cumsum(study.counts)[:-1]
    parts = zip(texts, np.split(study.symbols, cuts), np.split(study.tokens, cuts), strict=True)
    return tuple(
        _labelled(
            replace(
                text,
                symbols=np.append(study.start, symbols),
                tokens=np.append(study.start, tokens),
                names=study.names,
                unknown=study.mark,
            )
        )
        for text, symbols, tokens in parts
    )


def _labelled(text: Text) -> Text:
    """A text in tokens whose labels and pairs are still those of its characters, with those of its tokens."""
    last = text.firsts + text.lengths - 1
    pairs = np.searchsorted(last, text.pairs)
    kept = (pairs[:, 0] < pairs[:, 1]) & (text.symbols[pairs[:, 1] + 1] != text.unknown)
    labels = {name: values[last] for name, values in text.labels.items()}
    return replace(text, labels=labels, pairs=pairs[kept], quotes=text.quotes[kept])


def by_token(texts: Sequence[Text], values: Sequence[Array]) -> list[Array]:
    """Sums over the characters of each token but the first, of `values` [characters
    - 1] of every character but the first.
    """
    return [
        np.add.reduceat(own, text.firsts[1:] - 1) if text.tokens is not None else own
        for text, own in zip(texts, values, strict=True)
    ]


def spelling(texts: Sequence[Text], other: Sequence[Array]) -> list[Array]:
    """What each token [N - 1] costs besides: one that is only called unknown is spelled by the n-gram model, at its
    price `other`, since calling it so does not say what it is.
    """
    return [np.where(text.following == text.unknown, price, 0) for text, price in zip(texts, other, strict=True)]
