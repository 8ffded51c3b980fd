"""The study of how single characters move the state of a character network, and which cells they move together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from atlas.chapters.recurrent.cell import Net
from atlas.chapters.recurrent.response import Draws, clustered
from atlas.chapters.recurrent.texts import Text, halves
from atlas.chapters.recurrent.trace import states
from atlas.core.specs import Array
from atlas.networks.recurrent import ALPHABET, OTHER, START

READ = 1000  # characters of each file of half B, after which a character may be read
SKIPPED = 100  # of these, until the network has found its way into the file
CONTEXTS = 200
COMMON = 96  # tokens that are read, about as many as there are characters
GROUPS = ("small letter", "capital letter", "digit", "bracket", "quote", "white space", "other sign")


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


def study_reactions(net: Net, texts: Sequence[Text], *, seed: int) -> tuple[dict[str, Array], dict[str, Any]]:
    """Arrays `symbols` [W], their mean `response` [W, H] and their `size` [W] (root mean square over cells); memory chips.

    Facts: `groups` [W], how many states a character was read after, and what speaks for the chips.
    """
    _, b = halves(texts)
    read = states(net, [text.symbols[: READ + 1] for text in b])
    h, c = (np.concatenate([net.between(pair[side])[SKIPPED:] for pair in read]) for side in (0, 1))
    symbols = _symbols(b)
    groups = [group_of(b[0].names[number]) for number in symbols]
    draws = Draws.of(net, h, c, symbols, contexts=CONTEXTS, seed=seed)
    arrays, chips = clustered(draws, groups, seed=seed)
    arrays |= {"symbols": symbols, "size": np.sqrt((draws.shown**2).mean(1))}
    return arrays, {"groups": groups, "contexts": min(CONTEXTS, len(h)), "chips": chips}
