"""Small resource files and Debian packages made here, as Qt's and Debian's tools write them."""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import zlib


def resource_file(files: dict[str, bytes], *, version: int = 3, deflated: bool = False, flags: int = 0) -> bytes:
    """A `.rcc` with one folder per path segment; names in UTF-16, nodes breadth first, as rcc writes them."""
    folders: dict[str, list[str]] = {"": []}
    for path in sorted(files):
        parts = path.split("/")
        for depth in range(len(parts)):
            parent, child = "/".join(parts[:depth]), "/".join(parts[: depth + 1])
            folders.setdefault(parent, [])
            if child not in folders[parent]:
                folders[parent].append(child)
    order = [""]
    for path in order:
        order.extend(folders.get(path, []) if path not in files else [])
    data, offsets = b"", {}
    for path, contents in files.items():
        stored = struct.pack(">I", len(contents)) + zlib.compress(contents) if deflated else contents
        offsets[path] = len(data)
        data += struct.pack(">I", len(stored)) + stored
    names, places = b"", {}
    for path in order[1:]:
        word = path.rsplit("/", 1)[-1]
        places[path] = len(names)
        names += struct.pack(">HI", len(word), 0) + word.encode("utf-16-be")
    time = struct.pack(">Q", 0) if version > 1 else b""
    tree = b""
    for path in order:
        name = places.get(path, 0)
        if path in files:
            tree += struct.pack(">IHHHI", name, flags | deflated, 0, 1, offsets[path]) + time
        else:
            tree += struct.pack(">IHII", name, 2, len(folders[path]), order.index(folders[path][0])) + time
    header = 20 if version < 3 else 24
    ends = struct.pack(">4I", version, header + len(data) + len(names), header, header + len(data))
    return b"qres" + ends + (b"" if version < 3 else struct.pack(">I", 0)) + data + names + tree


def package(files: dict[str, bytes], *, member: str = "data.tar.xz") -> bytes:
    """A `.deb` without control information."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, contents in files.items():
            info = tarfile.TarInfo(f"./{path}")
            info.size = len(contents)
            archive.addfile(info, io.BytesIO(contents))
    data = lzma.compress(buffer.getvalue()) if member.endswith("xz") else buffer.getvalue()
    return b"!<arch>\n" + _member("debian-binary", b"2.0\n") + _member("control.tar", b"odd") + _member(member, data)


def _member(name: str, data: bytes) -> bytes:
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode()
    return header + data + b"\n" * (len(data) % 2)
