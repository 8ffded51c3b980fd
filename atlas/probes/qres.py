"""Qt resource files (`.rcc`): a tree of folders and files in one binary, as Qt's resource compiler writes it.

Format: Qt's `qresource.cpp` and `rcc.cpp`. All numbers are big-endian. A header (`qres`, version, offsets of tree, data
and names, from version 3 on flags of the whole file), file contents after their length, names in UTF-16 after their
length and hash, and the tree's nodes of 14 bytes, from version 2 on 22 (with the time of change).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = b"qres"
VERSIONS = (1, 2, 3)
DEFLATED, FOLDER, ZSTANDARD = 1, 2, 4  # flags of a node
MOST_BYTES = 200_000_000  # of one file, inflated
MOST_FILES = 100_000
NODE = {1: 14, 2: 22, 3: 22}  # bytes


class ResourceError(Exception):
    """A resource file that cannot be read, or one of its files; the text says why."""


@dataclass(frozen=True)
class Resource:
    """A file inside a resource file; `read` gives its bytes, or raises ResourceError."""

    path: str
    container: bytes
    offset: int
    flags: int

    def read(self) -> bytes:
        """The contents, inflated where they are stored deflated (zlib, after 4 bytes of their length)."""
        (length,) = _unpack(">I", self.container, self.offset)
        data = self.container[self.offset + 4 : self.offset + 4 + length]
        if len(data) < length:
            raise ResourceError(f"{self.path} is cut off: {len(data)} of {length} bytes are there")
        if self.flags & ZSTANDARD:
            raise ResourceError(f"{self.path} is compressed by Zstandard, which is not read here")
        return self._inflated(data) if self.flags & DEFLATED else data

    def _inflated(self, data: bytes) -> bytes:
        (size,) = _unpack(">I", data, 0)
        if size > MOST_BYTES:
            raise ResourceError(f"{self.path} is larger than {MOST_BYTES // 1_000_000} MB")
        try:
            contents = zlib.decompressobj().decompress(data[4:], size + 1)  # a byte more than there should be
        except zlib.error as error:
            raise ResourceError(f"{self.path} cannot be inflated ({error})") from error
        if len(contents) != size:
            raise ResourceError(f"{self.path} does not inflate to the {size} bytes that it should have")
        return contents


def resources(container: bytes) -> Iterator[Resource]:
    """The files of a resource file in the order of its tree, not yet read; ResourceError where it is damaged."""
    if container[:4] != MAGIC:
        raise ResourceError("not a Qt resource file")
    version, tree, data, names = _unpack(">4I", container, 4)
    if version not in VERSIONS:
        raise ResourceError(f"version {version} of the format is not known")
    yield from _walk(_Tree(container, NODE[version], tree, data, names))


@dataclass(frozen=True)
class _Tree:
    """The bytes, and where the three tables begin in them."""

    container: bytes
    node: int
    tree: int
    data: int
    names: int

    def entry(self, number: int) -> tuple[int, int, int, int]:
        """Offset of the name; flags; of a folder the number of children and the first one, of a file 0 and offset."""
        at = self.tree + number * self.node
        name, flags = _unpack(">IH", self.container, at)
        if not flags & FOLDER:
            (offset,) = _unpack(">I", self.container, at + 10)  # after the language's two numbers
            return name, flags, 0, offset
        count, first = _unpack(">II", self.container, at + 6)
        return name, flags, count, first

    def name(self, offset: int) -> str:
        (length,) = _unpack(">H", self.container, self.names + offset)
        start = self.names + offset + 6
        return self.container[start : start + 2 * length].decode("utf-16-be", errors="replace")


def _walk(tree: _Tree) -> Iterator[Resource]:
    """Depth first. A damaged tree may lead back to itself: the number of its nodes is bounded."""
    waiting = [(0, "")]
    seen = 0
    while waiting:
        number, path = waiting.pop()
        seen += 1
        if seen > MOST_FILES:
            raise ResourceError(f"its tree has more than {MOST_FILES:,} nodes, or leads back to itself")
        name, flags, count, first = tree.entry(number)
        place = "/".join(filter(None, (path, tree.name(name) if number else "")))
        if not flags & FOLDER:
            yield Resource(place, tree.container, tree.data + first, flags)
        elif count > MOST_FILES:
            raise ResourceError(f"a folder with {count:,} files")
        else:
            waiting += [(child, place) for child in reversed(range(first, first + count))]


def _unpack(form: str, data: bytes, offset: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, data, offset)
    except struct.error as error:
        raise ResourceError("it is cut off, or its offsets lead beyond its end") from error
