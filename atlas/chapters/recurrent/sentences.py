"""The probe sentences: written for this package, as many positive as negative
ones, plain, with negation and with contrast.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from atlas.chapters.recurrent.words import split

FILE = Path(__file__).parent / "data" / "sentences.tsv"
KINDS = ("plain", "negation", "contrast")


@dataclass(frozen=True)
class Sentence:
    """A sentence whose opinion is plain to a reader; `sign` is +1 or -1."""

    kind: str  # one of KINDS
    sign: int
    text: str

    @property
    def words(self) -> list[str]:
        """As the network reads them."""
        return split(self.text)


def read_sentences(path: Path = FILE) -> tuple[Sentence, ...]:
    """All of them, in the file's order."""
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines()[1:])
    return tuple(Sentence(kind, int(sign), text) for kind, sign, text in rows)


def sentences_digest(path: Path = FILE) -> str:
    """SHA-256 of the file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
