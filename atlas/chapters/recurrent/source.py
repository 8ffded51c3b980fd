"""Python's own standard library as text: what the character networks learn, split
into files they saw and files held out.
"""

from __future__ import annotations

import hashlib
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atlas.core.errors import ProbeError
from atlas.core.specs import Array
from atlas.networks.recurrent import ALPHABET, OTHER, START

LEFT_OUT = {"test", "tests", "idle_test", "site-packages", "encodings", "pydoc_data", "turtledemo", "lib2to3"}
HELD_OUT = 16  # one file of so many, by a digest of its path

# By code point; the last one stands for all beyond.
_NUMBERS = np.full(2 + max(map(ord, ALPHABET)), ALPHABET.index(OTHER), np.int64)
_NUMBERS[[ord(character) for character in ALPHABET]] = np.arange(len(ALPHABET))


@dataclass(frozen=True)
class SourceFile:
    """One file of the library; `path` is below the library's folder."""

    path: str
    text: str

    @property
    def held_out(self) -> bool:
        """Never trained on: decided by the path alone, so that it is the same in any version of Python."""
        return hashlib.sha256(self.path.encode()).digest()[0] % HELD_OUT == 0


def read_library(folder: Path | None = None) -> tuple[SourceFile, ...]:
    """The library of the running interpreter in the order of its paths, without tests, tables and what was built.

    Raises ProbeError where there is no library to read (an interpreter packed into an archive).
    """
    root = folder or Path(sysconfig.get_paths()["stdlib"])
    paths = sorted(root.rglob("*.py"), key=lambda path: path.relative_to(root).as_posix())
    found = tuple(
        SourceFile(path.relative_to(root).as_posix(), path.read_text("utf-8"))
        for path in paths
        if _wanted(path.relative_to(root).parts)
    )
    if not found:
        raise ProbeError(f"There is no Python source in {root}; use an interpreter with its library in plain files.")
    return found


def _wanted(parts: Sequence[str]) -> bool:
    built = any(part.startswith(("config-", "_sysconfigdata", "__pycache__")) for part in parts)
    return not built and not LEFT_OUT.intersection(parts)


def digest(files: Sequence[SourceFile]) -> str:
    """SHA-256 over paths and texts."""
    found = hashlib.sha256()
    for file in files:
        found.update(f"{file.path}\0{len(file.text)}\0{file.text}".encode())
    return found.hexdigest()


def encode(text: str) -> Array:
    """[N] int64 numbers of ALPHABET; what it lacks becomes OTHER."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return np.asarray(_NUMBERS[np.minimum(points, len(_NUMBERS) - 1)])


def encode_file(file: SourceFile) -> Array:
    """[1 + N] int64: the start mark, then the text."""
    return encode(START + file.text)


def decode(symbols: Array) -> str:
    """The text of [N] symbols."""
    return "".join(ALPHABET[number] for number in symbols)
