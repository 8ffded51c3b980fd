"""`imagefolder:PATH`: all images below a folder; the label of an image is the name of its folder."""

from __future__ import annotations

import hashlib
import os
from functools import cached_property
from pathlib import Path
from typing import Any

from atlas.core.errors import ProbeError
from atlas.core.specs import ProbePart
from atlas.probes.external import Found, Terms, base_identity, make_part, part_names, part_numbers
from atlas.probes.read import UnreadableImageError

MOST_BYTES = 200_000_000  # of one file


class ImageFolder:
    """The images below `path`, in the order of their paths.

    They are never published, since their licence is not known.
    """

    labels = None
    publish = False

    def __init__(self, path: str, size: int = 224) -> None:
        self.name = f"imagefolder:{path}"
        self.folder = Path(path).expanduser()
        self.title = f"Images of the folder {self.folder.name}"
        self.size = size

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Paths below the folder, sorted, without hidden files and folders; links to folders are not followed."""
        if not self.folder.is_dir():
            raise ProbeError(f"{self.name}: there is no such folder. Name an existing one after 'imagefolder:'.")
        files = sorted(_walk(self.folder))
        if not files:
            raise ProbeError(f"{self.name}: the folder holds no files. Put images into it, or name another one.")
        return tuple(files)

    def identity(self) -> dict[str, Any]:
        """A digest of all paths and contents."""
        digest = hashlib.sha256()
        for name in self.files:
            digest.update(f"{name}\0{_digest(self.folder / name)}\0".encode(errors="surrogateescape"))
        return {**base_identity(self.size), "files": len(self.files), "sha256": digest.hexdigest()}

    def parts(self) -> tuple[str, ...]:
        """64 files each."""
        return part_names(len(self.files))

    def make(self, part: str) -> ProbePart:
        """The images of one part."""
        terms = Terms("not stated", f"from the folder {self.folder.name}", "")
        found = (self._found(number) for number in part_numbers(part, len(self.files)))
        return make_part(found, terms, size=self.size)

    def _found(self, number: int) -> Found:
        name = self.files[number]
        place = name.encode(errors="replace").decode()  # a file name need not be valid text
        *_, label = ("", *place.split("/")[:-1])
        return Found(number, place, lambda: _read(self.folder / name, place), label=label or None)


def _walk(folder: Path) -> list[str]:
    paths = []
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files = (Path(root, name) for name in names if not name.startswith("."))
        paths += [path.relative_to(folder).as_posix() for path in files if path.is_file()]
    return paths


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return str(error.strerror)


def _read(path: Path, place: str) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableImageError(place, f"the file is larger than {MOST_BYTES // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableImageError(place, f"cannot be opened ({error.strerror})") from error
