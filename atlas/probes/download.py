"""Download of one file: resumed where it stopped, checked, and moved into place only when it is complete.

pooch, the usual library, begins an interrupted download anew, and does not lock against other processes.
"""

from __future__ import annotations

import hashlib
import os
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any

from atlas.core.errors import ProbeError
from atlas.runtime.offline import FORBIDDEN, offline

CHUNK = 1 << 18
TIMEOUT = 60  # seconds without a byte


@dataclass(frozen=True)
class Remote:
    """A published file: address, size and MD5 as published (MD5 protects against damage, not malice)."""

    url: str
    bytes: int
    md5: str

    @property
    def name(self) -> str:
        """The file name."""
        return self.url.rsplit("/", 1)[-1]


def cache_folder() -> Path:
    """The folder of downloads: $XDG_CACHE_HOME/representation-atlas, else ~/.cache/representation-atlas."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "representation-atlas"


def fetch(remote: Remote, folder: Path, *, way_out: str) -> Path:
    """The path of `remote` in `folder`, downloaded if it is missing.

    Raises:
        ProbeError: it is missing and downloads are forbidden or fail; the message ends with `way_out`.
    """
    from filelock import FileLock

    target = folder / remote.name
    if not target.is_file():
        if offline():
            raise ProbeError(f"{remote.name} is not in {folder}, and {FORBIDDEN}. {way_out}")
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{remote.name}.lock"):
            if not target.is_file():  # another process may have downloaded it meanwhile
                _download(remote, target, way_out)
    return target


def _download(remote: Remote, target: Path, way_out: str) -> None:
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("ab") as file:
            _receive(remote, file)
            os.fsync(file.fileno())
            if file.tell() < remote.bytes:
                raise OSError(f"it stopped after {file.tell():,} of {remote.bytes:,} bytes")
    except (OSError, HTTPException) as error:
        raise ProbeError(
            f"{remote.url} could not be downloaded ({error or type(error).__name__}). "
            f"Run again to continue where it stopped. {way_out}"
        ) from error
    try:
        check(part, remote, way_out=way_out)
    except ProbeError:
        part.unlink()
        raise
    part.replace(target)


def _receive(remote: Remote, file: IO[bytes]) -> None:
    """Append the missing bytes; start again where the server does not support ranges."""
    offset = file.tell()
    if offset >= remote.bytes:
        return
    request = urllib.request.Request(remote.url, headers={"Range": f"bytes={offset}-"} if offset else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response, _progress(remote) as advance:
        if offset and response.status != 206:
            file.seek(0)
            file.truncate()
        advance(file.tell())
        while file.tell() <= remote.bytes and (chunk := response.read(CHUNK)):
            file.write(chunk)
            advance(len(chunk))


@contextmanager
def _progress(remote: Remote) -> Iterator[Any]:
    """A progress bar on a terminal, one line elsewhere; yields the function that advances it by a number of bytes."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    if not sys.stderr.isatty():
        print(f"downloading {remote.url} ({remote.bytes / 1e6:.0f} MB)", file=sys.stderr)
        yield lambda count: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(remote.name, total=remote.bytes)
        yield lambda count: bar.advance(task, count)


def check(path: Path, remote: Remote, *, way_out: str) -> None:
    """Raise ProbeError unless `path` has the size and the MD5 of `remote`."""
    size = path.stat().st_size
    if size != remote.bytes:
        raise ProbeError(
            f"{path.name} has {size:,} bytes, expected {remote.bytes:,}; it is not the file of {remote.url}. {way_out}"
        )
    with path.open("rb") as file:
        md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if md5 != remote.md5:
        raise ProbeError(
            f"{path.name} has the MD5 {md5}, expected {remote.md5}; it is damaged or another file. {way_out}"
        )
