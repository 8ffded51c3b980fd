"""Error analysis: the first cause of each error, from what a simple model predicts to what cannot be predicted.

After Karpathy, Johnson and Li 2015, section 4.4: a prediction is an error where the correct character has a probability
below one half, and oracles remove errors one after the other. Here they are an n-gram model, a memory of recent text,
and then the kinds of characters that are uncertain by nature.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.context_length import KINDS, kinds
from atlas.core.specs import Array

HALF = float(np.log(2))  # nats: the loss of a character with a probability of one half
RARE = 5  # a word that occurs at most so often in the training files is rare
BACK, SAME = 1000, 8  # characters looked back over, and how many before the character must be the same
WORD = re.compile(r"[A-Za-z_]\w*")

CAUSES = (  # as stored
    "an n-gram model knows it",
    "written shortly before",
    "in a rare word",
    "start of a word",
    "bracket, quote or other sign",
    "line break or space",
    "inside a common word, digits",
)
CAUSE_TITLES = dict(
    zip(
        CAUSES,
        (
            "predicted by the 7-gram model",
            "repeats recent text",
            "in a rare word",
            "start of a word",
            "bracket, quote or other punctuation",
            "line break or space",
            "inside a common word, digits",
        ),
        strict=True,
    )
)
_SIGNS = {KINDS.index(name) for name in ("opening bracket", "closing bracket", "quote", "other sign")}
_SPACES = {KINDS.index(name) for name in ("new line", "leading space", "space")}


@dataclass(frozen=True)
class Cause:
    """How many errors have this cause, and their share of the whole loss."""

    cause: str
    errors: int
    of_errors: float
    of_loss: float


def rare(training: Iterable[str], texts: Sequence[str]) -> list[Array]:
    """For each text [N] bool: is the character part of a word that `training` holds at most RARE times?"""
    counts = Counter(word for text in training for word in WORD.findall(text))
    found = []
    for text in texts:
        flags = np.zeros(len(text), bool)
        for match in WORD.finditer(text):
            flags[match.start() : match.end()] = counts[match.group()] <= RARE
        found.append(flags)
    return found


def repeated(text: str, *, back: int = BACK, same: int = SAME) -> Array:
    """[N] bool: did the `same` characters before it stand within the last `back`
    ones too, last followed by this very character?
    """
    last: dict[str, int] = {}
    found = np.zeros(len(text), bool)
    for place in range(same, len(text)):
        before = text[place - same : place]
        earlier = last.get(before, -back - 1)
        found[place] = place - earlier <= back and text[earlier] == text[place]
        last[before] = place
    return found


def causes(text: str, *, known: Array, seldom: Array) -> Array:
    """[N] index into CAUSES: the first that fits each character.

    `known`, `seldom` [N] bool: by the n-gram model; in a rare word.
    """
    kind = kinds(text)
    fits = [
        known,
        repeated(text),
        seldom,
        kind == KINDS.index("start of a word"),
        np.isin(kind, list(_SIGNS)),
        np.isin(kind, list(_SPACES)),
        np.ones(len(text), bool),
    ]
    return np.asarray(np.stack(fits).argmax(0))


def tally(cause: Array, lost: Array) -> list[Cause]:
    """The errors by cause, of characters with `cause` [N] and loss `lost` [N] nats."""
    wrong = lost > HALF
    return [
        Cause(name, int(here.sum()), float(here.sum() / max(1, wrong.sum())), float(lost[here].sum() / lost.sum()))
        for number, name in enumerate(CAUSES)
        for here in (wrong & (cause == number),)
    ]
