"""Which letter makes which sound: relevance in the speller, against an alignment by the rules of spelling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from atlas.chapters.recurrent.align import spans
from atlas.chapters.recurrent.spelling import SOUNDS, Speller, occlusion, pronounce, relevance
from atlas.core.specs import Array

WORDS = (
    "knight", "phone", "ship", "exact", "thought", "chocolate", "machine", "character", "garage", "orange", "science", "school",
    "write", "nation", "vision", "quick", "queen", "physics", "rhythm", "listen", "castle", "island", "laugh", "daughter",
    "enough", "through", "bridge", "judge", "sugar", "measure", "treasure", "language", "music", "future", "picture", "garden",
    "window", "yellow", "rabbit", "kitchen", "summer", "winter", "station", "mountain", "blanket", "pumpkin", "elephant",
    "dolphin", "alphabet", "electric", "computer", "calendar", "festival", "hospital", "umbrella", "butterfly", "adventure",
    "activationist", "blicket", "grombly",
)  # fmt: skip
"""Common words of all kinds of spellings, and at the end three that are new or made up."""
SHOWN = 8  # the words whose relevance is kept in full
METHODS = ("lrp", "occlusion")


def study_spelling(speller: Speller) -> tuple[dict[str, Array], dict[str, Any]]:
    """Arrays `WORD/lrp` and `WORD/occlusion` [S, N + 1] of the shown words; facts: every word's sounds, and how often the most
    relevant letter is one of those that spell the sound, against the letter at the same relative place and any letter.
    """
    arrays: dict[str, Array] = {}
    words, residual = [], 0.0
    hits: dict[str, list[bool]] = {name: [] for name in (*METHODS, "same place")}
    chance: list[float] = []
    for word in WORDS:
        sounds = pronounce(speller, word)
        names = [SOUNDS[sound] for sound in sounds]
        aligned = spans(word, names)
        ledgers = relevance(speller, word, sounds)
        given = {"lrp": np.stack([one.letters for one in ledgers]), "occlusion": occlusion(speller, word, sounds)}
        residual = max(residual, *(abs(one.residual) for one in ledgers))
        for name, values in given.items():
            hits[name] += inside(values[:, :-1].argmax(1), aligned)
        hits["same place"] += inside(np.arange(len(sounds)) * len(word) // len(sounds), aligned)
        chance += [(end - first) / len(word) for first, end in aligned]
        words.append({"word": word, "sounds": names, "spans": [list(span) for span in aligned]})
        if len(words) <= SHOWN:
            arrays |= {f"{word}/{name}": values for name, values in given.items()}
    counted = {name: float(np.mean(one)) for name, one in hits.items()}
    return arrays, {
        "words": words, "hits": counted, "chance": float(np.mean(chance)), "sounds": len(chance), "residual": residual,
        "p_value": _sign_test(hits["lrp"], hits["same place"]),
        "by_place": {name: [_share(hits[name], words, part) for part in range(3)] for name in METHODS},
    }  # fmt: skip


def inside(letters: Array, aligned: Sequence[tuple[int, int]]) -> list[bool]:
    """Whether the letter found for each sound is one of its own."""
    return [bool(first <= letter < end) for letter, (first, end) in zip(letters, aligned, strict=True)]


def _share(hits: Sequence[bool], words: Sequence[dict[str, Any]], part: int) -> float:
    """Share of hits among the sounds of the first, middle or last third of their words."""
    where = [3 * place // len(word["sounds"]) for word in words for place in range(len(word["sounds"]))]
    return float(np.mean([hit for hit, here in zip(hits, where, strict=True) if here == part]))


def _sign_test(a: Sequence[bool], b: Sequence[bool]) -> float:
    """p that a hits as often as b, over the sounds where only one of them does (two-sided, exact)."""
    from scipy.stats import binomtest

    only_a, only_b = (sum(x and not y for x, y in zip(*pair, strict=True)) for pair in ((a, b), (b, a)))
    return float(binomtest(only_a, only_a + only_b).pvalue) if only_a + only_b else 1.0
