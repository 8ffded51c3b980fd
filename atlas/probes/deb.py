"""Debian packages (`.deb`): their files, read without installing anything.

Format: deb(5), an `ar` archive whose member `data.tar`, compressed, holds the files.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from atlas.core.errors import ProbeError

MAGIC = b"!<arch>\n"
HEADER = 60  # bytes before each member of an `ar` archive
OPEN: dict[str, Callable[[Any], Any]] = {"xz": lzma.open, "gz": gzip.open, "bz2": bz2.open, "tar": lambda file: file}


def package_files(package: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Paths (from `usr/` on) and contents of the regular files that are `wanted`; ProbeError for what is no package."""
    with package.open("rb") as file:
        try:
            kind = _to_data(file)
            with tarfile.open(fileobj=OPEN[kind](file), mode="r|") as archive:
                for member in archive:
                    name = member.name.removeprefix("./")
                    if member.isfile() and wanted(name):
                        contents = archive.extractfile(member)
                        yield name, contents.read() if contents else b""
        except (OSError, EOFError, ValueError, tarfile.TarError, lzma.LZMAError) as error:
            raise ProbeError(
                f"{package.name} cannot be read as a Debian package ({error or type(error).__name__}). Fetch it again."
            ) from error


def _to_data(file: IO[bytes]) -> str:
    """Move to the contents of `data.tar`; how it is compressed."""
    if file.read(len(MAGIC)) != MAGIC:
        raise ValueError("not an ar archive")
    while len(header := file.read(HEADER)) == HEADER:
        name, size = header[:16].decode("ascii", "replace").strip().rstrip("/"), int(header[48:58])
        if name.startswith("data.tar"):
            kind = name.rsplit(".", 1)[-1]
            if kind not in OPEN:
                raise ValueError(f"{name}: this compression is not read here; unpack it with dpkg-deb -x")
            return kind
        file.seek(size + size % 2, 1)
    raise ValueError("it has no data.tar")
