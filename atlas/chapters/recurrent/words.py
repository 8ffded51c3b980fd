"""Sentences as the sentiment network reads them: lower-case words and a few signs,
numbered by a list beside the weights.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from atlas.core.errors import WeightsError
from atlas.core.specs import Array

START, UNKNOWN = "<start>", "<unknown>"
_PIECE = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|[.,;:!?()]")


def split(text: str) -> list[str]:
    """The words and signs of a sentence, lower case; whatever else it holds is left out."""
    return _PIECE.findall(text.lower().replace("\u2019", "'").replace("''", " "))


@dataclass(frozen=True)
class Vocabulary:
    """The words that a network knows; a word's place is its number. START and UNKNOWN come first."""

    words: tuple[str, ...]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words)}

    def encode(self, words: Iterable[str]) -> Array:
        """[1 + N] int64: START, then the words; what is not in the list becomes UNKNOWN."""
        unknown = self._numbers[UNKNOWN]
        return np.array([0, *(self._numbers.get(word, unknown) for word in words)], np.int64)

    def __contains__(self, word: str) -> bool:
        return word in self._numbers

    def __len__(self) -> int:
        return len(self.words)


def learn(sentences: Iterable[Iterable[str]], *, least: int) -> Vocabulary:
    """All words that occur at least `least` times, in alphabetical order."""
    counted = Counter(word for words in sentences for word in words)
    return Vocabulary((START, UNKNOWN, *sorted(word for word, times in counted.items() if times >= least)))


def read_vocabulary(path: Path) -> Vocabulary:
    """The list that `write_vocabulary` wrote; WeightsError for another file."""
    words = tuple(path.read_text("utf-8").splitlines())
    if words[:2] != (START, UNKNOWN):
        raise WeightsError(f"{path} is no word list: it must begin with {START} and {UNKNOWN}, a word a line.")
    return Vocabulary(words)


def write_vocabulary(vocabulary: Vocabulary, path: Path) -> Path:
    """One word a line."""
    path.write_text("".join(f"{word}\n" for word in vocabulary.words), "utf-8")
    return path
