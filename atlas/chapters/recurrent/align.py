"""Which letters stand for which sounds of a word, by a table of English spellings
and nothing else: no network is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SPELT = {
    "B": "b",
    "CH": "ct",
    "D": "d",
    "DH": "t",
    "F": "fpg",
    "G": "gx",
    "HH": "hw",
    "JH": "jgd",
    "K": "ckqx",
    "L": "l",
    "M": "m",
    "N": "nkg",
    "NG": "n",
    "P": "p",
    "R": "rw",
    "S": "scxzp",
    "SH": "stcx",
    "T": "td",
    "TH": "t",
    "V": "vf",
    "W": "wuo",
    "Y": "yuei",
    "Z": "zsx",
    "ZH": "sgz",
}
"""Letters that a consonant's spelling can begin with; a vowel's begins with any of VOWELS."""
VOWELS = "aeiouyw"


def spans(word: str, sounds: Sequence[str]) -> list[tuple[int, int]]:
    """For each sound the letters [first, end) that stand for it: from where its
    spelling begins to where the next one's does.

    The beginnings are in order, fit SPELT as often as they can, and lie as evenly as they can; two sounds share one
    letter only where they must (the x of "exact").
    """
    worth = np.array([[_fits(letter, sound) for letter in word] for sound in sounds], float)
    places, count = len(word), len(sounds)
    even = np.abs(np.arange(places) / max(1, places - 1) - np.arange(count)[:, None] / max(1, count - 1))
    worth -= 0.3 * even
    best, back = worth[0].copy(), np.zeros((count, places), int)
    for sound in range(1, count):
        # a step on by one or more letters is free, staying on the same letter costs half a fit
        earlier = np.where(np.tri(places, k=-1, dtype=bool), best[None, :], -np.inf)
        earlier[np.arange(places), np.arange(places)] = best - 0.5
        back[sound] = earlier.argmax(1)
        best = earlier.max(1) + worth[sound]
    firsts = [int(best.argmax())]
    for sound in range(count - 1, 0, -1):
        firsts.append(int(back[sound, firsts[-1]]))
    firsts = [0, *firsts[::-1][1:]]
    return [(first, max(first + 1, end)) for first, end in zip(firsts, [*firsts[1:], places], strict=True)]


def _fits(letter: str, sound: str) -> bool:
    plain = sound.rstrip("012")
    return letter in SPELT.get(plain, VOWELS)
