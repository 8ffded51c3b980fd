"""Movie-review snippets with the mean of human scores, from the source archive of vaderSentiment: for training only.

The texts are read from the archive and never stored by this package (Hutto and Gilbert 2014; archive: MIT licence).
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from atlas.chapters.recurrent.words import split
from atlas.core.errors import ConfigError, WeightsError

ARCHIVE = "vaderSentiment-3.3.2.tar.gz"
SHA256 = "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"
DOWNLOAD = "pip download --no-binary :all: --no-deps vaderSentiment==3.3.2"
_INNER = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
_TABLE = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"
HELD_OUT = 10  # one snippet in so many is held out, by a digest of its words


@dataclass(frozen=True)
class Snippet:
    """One snippet; `score` is the mean of about 15 raters, from -4 (very negative) to 4."""

    words: tuple[str, ...]
    score: float

    @cached_property
    def held_out(self) -> bool:
        """Whether it is never trained on: decided by its words alone, so that copies are in the same split."""
        number = int.from_bytes(hashlib.sha256(" ".join(self.words).encode()).digest()[:4], "big")
        return number % HELD_OUT == 0


def read_snippets(folder: Path | None = None) -> tuple[Snippet, ...]:
    """All snippets with words and a score other than zero, in the archive's order.

    `folder` holds the archive (default: ATLAS_DATA). Raises ConfigError where it is missing, WeightsError where it is
    another file.
    """
    path = _archive(folder)
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != SHA256:
        raise WeightsError(f"{path} is not the pinned archive: SHA-256 is {digest}, expected {SHA256}. Run: {DOWNLOAD}")
    return tuple(_parsed(_member(_member(data, _INNER), _TABLE).decode("utf-8")))


def _archive(folder: Path | None) -> Path:
    root = folder or (Path(os.environ["ATLAS_DATA"]) if os.environ.get("ATLAS_DATA") else None)
    if root is None or not (root / ARCHIVE).is_file():
        where = f"{root} does not hold it" if root else "no folder is given (--data or ATLAS_DATA)"
        raise ConfigError(f"Training needs {ARCHIVE}, and {where}. Run in that folder: {DOWNLOAD}")
    return root / ARCHIVE


def _member(archive: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as opened:
        file = opened.extractfile(name)
        assert file is not None  # the digest pins the content
        return file.read()


def _parsed(table: str) -> Iterator[Snippet]:
    for line in filter(None, table.split("\n")):  # a snippet may contain other line ends
        _, score, text = line.split("\t")
        snippet = Snippet(tuple(split(text)), float(score))
        if snippet.words and snippet.score:
            yield snippet
