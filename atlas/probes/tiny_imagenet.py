"""`tiny-imagenet-60`: the validation photographs of 60 classes of Tiny ImageNet, 64 pixels square.

Read from `$ATLAS_DATA/tiny-imagenet-60/valid.parquet`, else from the published archive, which is downloaded once.
ImageNet's terms allow research, not publication, so the site never shows these images.
"""

from __future__ import annotations

import os
import zipfile
from functools import cached_property
from pathlib import Path
from typing import Any

from atlas.core.errors import ProbeError
from atlas.core.specs import ProbePart
from atlas.networks.labels import TINY, class_names
from atlas.probes.download import Remote, cache_folder, check, fetch
from atlas.probes.external import Found, Terms, base_identity, make_part, part_names, part_numbers
from atlas.probes.parquet import ParquetImages

NAME = "tiny-imagenet-60"
SIZE = 64
HOME = Remote("http://cs231n.stanford.edu/tiny-imagenet-200.zip", 248_100_043, "90528d7ca1a48142e341f4ef8d21d0de")
TERMS = Terms(
    "ImageNet terms of access (research only)",
    "Tiny ImageNet (Stanford CS231n), from ImageNet",
    "https://www.image-net.org/download.php",
)
WAY_OUT = f"Or set ATLAS_DATA to a folder that holds {NAME}/valid.parquet."
FOLDER = "tiny-imagenet-200/val/"
PER_CLASS = 50  # validation images


def tiny_imagenet() -> TinyParquet | TinyArchive:
    """The set from the folder ATLAS_DATA, else from its archive; ProbeError where the folder lacks it."""
    root = os.environ.get("ATLAS_DATA")
    if not root:
        return TinyArchive()
    path = Path(root).expanduser() / NAME / "valid.parquet"
    if not path.is_file():
        raise ProbeError(f"ATLAS_DATA is {root}, but {path} is missing. Correct it, or unset it to download the set.")
    return TinyParquet(path)


class TinyParquet(ParquetImages):
    """The set from a Parquet file."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), size=SIZE, crop=1.0)
        self.name = NAME
        self.title = "Tiny ImageNet, 60 classes"
        self.terms = TERMS


class TinyArchive:
    """The set from its published archive, which is downloaded into `folder`."""

    name = NAME
    title = "Tiny ImageNet, 60 classes"
    labels = NAME
    publish = False
    mixed = False
    size = SIZE

    def __init__(self, remote: Remote = HOME, folder: Path | None = None) -> None:
        self.remote = remote
        self.folder = folder or cache_folder()

    def identity(self) -> dict[str, Any]:
        """The digest of the archive, without downloading it."""
        return {
            **base_identity(SIZE),
            "archive": [self.remote.bytes, self.remote.md5],
            "classes": TINY.read_text("utf-8"),
        }

    def parts(self) -> tuple[str, ...]:
        """64 photographs each."""
        return part_names(PER_CLASS * len(class_names(NAME)))

    def make(self, part: str) -> ProbePart:
        """The photographs of one part; the first call downloads the archive where it is missing."""
        numbers = part_numbers(part, len(self._members))
        return make_part((self._found(number) for number in numbers), TERMS, size=SIZE, crop=1.0)

    @cached_property
    def _archive(self) -> zipfile.ZipFile:
        path = fetch(self.remote, self.folder, way_out=WAY_OUT)
        check(path, self.remote, way_out=f"Delete {path} and run again. {WAY_OUT}")
        return zipfile.ZipFile(path)

    @cached_property
    def _members(self) -> tuple[tuple[str, int], ...]:
        """File names and classes, sorted by name."""
        indices = {row.split("\t")[1]: index for index, row in enumerate(TINY.read_text("utf-8").splitlines())}
        rows = self._archive.read(f"{FOLDER}val_annotations.txt").decode().splitlines()
        pairs = (row.split("\t")[:2] for row in rows)
        return tuple(sorted((name, indices[wnid]) for name, wnid in pairs if wnid in indices))

    def _found(self, number: int) -> Found:
        name, index = self._members[number]
        return Found(
            number,
            name,
            lambda: self._archive.read(f"{FOLDER}images/{name}"),
            label=class_names(NAME)[index],
            class_index=index,
        )
