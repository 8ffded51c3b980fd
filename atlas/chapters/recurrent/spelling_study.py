"""Which letter makes which sound: relevance in the speller, against an alignment by the rules of spelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.align import spans
from atlas.chapters.recurrent.spelling import SOUNDS, Speller, occlusion, pronounce, relevance
from atlas.core.pack import stored
from atlas.core.specs import Array

_WORDS = """
    knight phone ship exact thought chocolate machine character garage orange science school write nation vision
    quick queen physics rhythm listen castle island laugh daughter enough through bridge judge sugar measure
    treasure language music future picture garden window yellow rabbit kitchen summer winter station mountain
    blanket pumpkin elephant dolphin alphabet electric computer calendar festival hospital umbrella butterfly
    adventure activationist blicket grombly
"""
WORDS = tuple(_WORDS.split())
"""Common words of all kinds of spellings, and at the end three that are new or made up."""
SHOWN = 8  # the words whose relevance is stored
METHODS = ("lrp", "occlusion")
SAME_PLACE = "same place"  # the baseline: the letter at the same relative position as the sound


@dataclass(frozen=True, kw_only=True)
class SpelledWord:
    """A word of N letters with its S sounds as the network pronounces it, and the
    letters [first, end) that spell each sound.
    """

    word: str
    sounds: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    relevance: Mapping[str, Array] = stored("", only=METHODS)  # [S, N + 1] by method, of the SHOWN first words


@dataclass(frozen=True, kw_only=True)
class SpellingStudy:
    """How often the most relevant letter is one of those that spell the sound, by method and for SAME_PLACE."""

    words: tuple[SpelledWord, ...] = stored(by="word")
    hits: Mapping[str, float]
    chance: float  # hits of any letter
    sounds: int  # of all words
    residual: float  # largest violation of LRP's conservation
    p_value: float  # of LRP against SAME_PLACE, exact sign test
    by_place: Mapping[str, tuple[float, ...]]  # hits in the first, middle and last third of the words


def study_spelling(speller: Speller) -> SpellingStudy:
    """The relevance of letters for sounds, against an alignment by the rules of spelling."""
    words: list[SpelledWord] = []
    residual = 0.0
    hits: dict[str, list[bool]] = {name: [] for name in (*METHODS, SAME_PLACE)}
    chance: list[float] = []
    for word in WORDS:
        sounds = pronounce(speller, word)
        names = tuple(SOUNDS[sound] for sound in sounds)
        aligned = spans(word, names)
        accounts = relevance(speller, word, sounds)
        values = {"lrp": np.stack([one.letters for one in accounts]), "occlusion": occlusion(speller, word, sounds)}
        residual = max(residual, *(abs(one.residual) for one in accounts))
        for name in METHODS:
            hits[name] += inside(values[name][:, :-1].argmax(1), aligned)
        hits[SAME_PLACE] += inside(np.arange(len(sounds)) * len(word) // len(sounds), aligned)
        chance += [(end - first) / len(word) for first, end in aligned]
        shown = values if len(words) < SHOWN else {}
        words.append(SpelledWord(word=word, sounds=names, spans=tuple(aligned), relevance=shown))
    return SpellingStudy(
        words=tuple(words),
        hits={name: float(np.mean(one)) for name, one in hits.items()},
        chance=float(np.mean(chance)),
        sounds=len(chance),
        residual=residual,
        p_value=_sign_test(hits["lrp"], hits[SAME_PLACE]),
        by_place={name: tuple(_share(hits[name], words, part) for part in range(3)) for name in METHODS},
    )


def inside(letters: Array, aligned: Sequence[tuple[int, int]]) -> list[bool]:
    """Whether the letter found for each sound is one of its own."""
    return [bool(first <= letter < end) for letter, (first, end) in zip(letters, aligned, strict=True)]


def _share(hits: Sequence[bool], words: Sequence[SpelledWord], part: int) -> float:
    """Share of hits among the sounds of the first, middle or last third of their words."""
    where = [3 * place // len(word.sounds) for word in words for place in range(len(word.sounds))]
    return float(np.mean([hit for hit, here in zip(hits, where, strict=True) if here == part]))


def _sign_test(a: Sequence[bool], b: Sequence[bool]) -> float:
    """p that a hits as often as b, over the sounds where only one of them does (two-sided, exact)."""
    from scipy.stats import binomtest

    only_a, only_b = (sum(x and not y for x, y in zip(*pair, strict=True)) for pair in ((a, b), (b, a)))
    return float(binomtest(only_a, only_a + only_b).pvalue) if only_a + only_b else 1.0
