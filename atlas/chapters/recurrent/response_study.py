"""The study of the expected response of the hidden state to single characters, and
of the cells that respond together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.cell import Net
from atlas.chapters.recurrent.response import ClusteredResponse, Draws, clustered
from atlas.chapters.recurrent.texts import Text, halves
from atlas.chapters.recurrent.trace import states
from atlas.core.pack import stored
from atlas.core.specs import Array
from atlas.networks.recurrent import ALPHABET, OTHER, START

READ = 1000  # characters of each file of half B, after which a character may be read
SKIPPED = 100  # of these, at the start of a file, where the state depends on the start mark
CONTEXTS = 200
COMMON = 96  # tokens that are read, about as many as there are characters
GROUPS = ("small letter", "capital letter", "digit", "bracket", "quote", "white space", "other sign")  # as stored


def group_of(piece: str) -> str:
    """The kind of a character, or of the first one of a token that is no space, known without any network."""
    character = piece.strip()[:1] or piece[:1]
    if character.isalpha():
        return GROUPS[0] if character.islower() else GROUPS[1]
    for group, signs in (("digit", "0123456789"), ("bracket", "()[]{}"), ("quote", "\"'"), ("white space", " \n\t")):
        if character in signs:
            return group
    return GROUPS[-1]


def _symbols(texts: Sequence[Text]) -> Array:
    """The symbols to read: all characters, or the COMMON tokens that the texts hold most often."""
    if texts[0].tokens is None:
        return np.array([number for number, character in enumerate(ALPHABET) if character not in (START, OTHER)])
    found, times = np.unique(np.concatenate([text.symbols[1:] for text in texts]), return_counts=True)
    order = np.argsort(-times, kind="stable")
    return np.sort([number for number in found[order].tolist() if number != texts[0].unknown][:COMMON])


@dataclass(frozen=True, kw_only=True)
class ExpectedResponses:
    """How W characters (or tokens) change the state, on average over the `contexts`
    states after which they were read.
    """

    symbols: Array  # [W]
    size: Array  # [W] root mean square of the change over cells
    groups: tuple[str, ...]  # [W] the kind of each
    contexts: int
    clusters: ClusteredResponse = stored("")


def study_expected_responses(net: Net, texts: Sequence[Text], *, seed: int) -> ExpectedResponses:
    """The expected response to each symbol, read after the same states of half B, with its co-clusters."""
    _, b = halves(texts)
    read = states(net, [text.symbols[: READ + 1] for text in b])
    h, c = (np.concatenate([net.between(pair[side])[SKIPPED:] for pair in read]) for side in (0, 1))
    symbols = _symbols(b)
    groups = tuple(group_of(b[0].names[symbol]) for symbol in symbols)
    draws = Draws.of(net, h, c, symbols, contexts=CONTEXTS, seed=seed)
    return ExpectedResponses(
        symbols=symbols,
        size=np.sqrt((draws.shown**2).mean(1)),
        groups=groups,
        contexts=min(CONTEXTS, len(h)),
        clusters=clustered(draws, groups, seed=seed),
    )
