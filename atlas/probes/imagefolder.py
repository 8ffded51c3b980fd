"""`imagefolder:PATH`: all images below a folder; their labels are names of folders, or from a CSV file."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from atlas.core.errors import ProbeError
from atlas.core.specs import ProbePart
from atlas.probes.external import Found, base_identity, make_part, part_names, part_numbers, terms_of
from atlas.probes.folder_labels import csv_labels, folder_labels
from atlas.probes.folder_walk import files_below
from atlas.probes.kinds import HEAD, kind_of
from atlas.probes.own import NOTHING, Labels, OwnSettings, Summary, digest_of, kinds_of
from atlas.probes.read import UnreadableImageError

IRREGULAR = {stat.S_ISFIFO: "a named pipe", stat.S_ISSOCK: "a socket", stat.S_ISDIR: "a folder"}
MOST_BYTES = 200_000_000  # of one file


class ImageFolder:
    """The images below `path`, in the order of their paths; shown only where the settings allow it."""

    labels = None
    mixed = False

    def __init__(self, path: str, settings: OwnSettings = NOTHING, size: int = 224) -> None:
        self.folder = Path(path).expanduser().absolute()
        self.settings = settings
        self.name = f"imagefolder:{self.folder.name}"
        self.title = settings.title or f"Images of the folder {self.folder.name}"
        self.publish = settings.show
        self.size = size

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Paths below the folder, sorted, without hidden files and folders; links are followed, each folder once."""
        files = _files(self.folder)
        if not files:
            raise ProbeError(f"The folder {self.folder} holds no files. Put images into it, or name another one.")
        return files

    @cached_property
    def found_labels(self) -> Labels:
        """The labels, and where they come from."""
        csv = self.settings.label
        return csv_labels(Path(csv), self.files) if csv else folder_labels(self.files)

    @cached_property
    def masks(self) -> Mapping[str, Path]:
        """The mask of each image that has one: the same path below the other folder, or the same stem there."""
        if not self.settings.masks:
            return {}
        folder = Path(self.settings.masks)
        found = masks_of(self.files, folder, _files(folder))
        if not found:
            raise ProbeError(
                f"The folder {folder.absolute()} holds no mask for any image, such as {self.files[0]!r}. Give each the "
                "path of its image; the suffix may differ."
            )
        return found

    def identity(self) -> dict[str, Any]:
        """A digest of all paths and contents, and of labels and masks."""
        digest = hashlib.sha256()
        for name in self.files:
            digest.update(f"{name}\0{_digest(self.folder / name)}\0".encode(errors="surrogateescape"))
        beside = {name: _digest(path) for name, path in self.masks.items()}
        if self.settings.label:
            beside["labels"] = digest_of(Path(self.settings.label), "The labels")
        return {
            **base_identity(self.size),
            "settings": self.settings.identity(),
            "files": len(self.files),
            "sha256": digest.hexdigest(),
            "beside": hashlib.sha256(repr(sorted(beside.items())).encode()).hexdigest(),
        }

    def parts(self) -> tuple[str, ...]:
        """64 files each."""
        return part_names(len(self.files))

    def summary(self) -> Summary:
        """Images, labels, masks, and files that are no images by their first bytes."""
        other = [kind for name in self.files if (kind := _other(self.folder / name))]
        masks = f"masks: {len(self.masks):,} of the folder {Path(self.settings.masks).name}" if self.masks else ""
        return Summary(len(self.files) - len(other), self.found_labels.words, masks, kinds_of(other))

    def make(self, part: str) -> ProbePart:
        """The images of one part."""
        found = (self._found(number) for number in part_numbers(part, len(self.files)))
        terms = terms_of(self.settings, f"from the folder {self.folder.name}")
        return make_part(found, terms, size=self.size)

    def _found(self, number: int) -> Found:
        name = self.files[number]
        place = name.encode(errors="replace").decode()  # a file name need not be valid text
        label, mask = self.found_labels.by_image.get(name), self.masks.get(name)
        return Found(
            number,
            place,
            lambda: _read(self.folder / name, place),
            label=label.encode(errors="replace").decode() if label else None,
            mask=(lambda: _read(mask, f"the mask of {place}")) if mask else None,
        )


def masks_of(files: tuple[str, ...], folder: Path, masks: tuple[str, ...]) -> dict[str, Path]:
    """By image the file of its mask: of the same path but for the suffix, else the only one with its stem."""
    by_path = {str(PurePosixPath(mask).with_suffix("")): mask for mask in masks}
    stems: dict[str, list[str]] = {}
    for mask in masks:
        stems.setdefault(PurePosixPath(mask).stem, []).append(mask)
    found = {}
    for file in files:
        path = PurePosixPath(file)
        alike = stems.get(path.stem, [])
        same = by_path.get(str(path.with_suffix("")))
        if same or len(alike) == 1:
            found[file] = folder / (same or alike[0])
    return found


def _files(folder: Path) -> tuple[str, ...]:
    if not folder.is_dir():
        raise ProbeError(f"There is no folder {folder.absolute()}. Name an existing one, such as imagefolder:PATH.")
    return tuple(files_below(folder))


def _digest(path: Path) -> str:
    try:
        if not path.is_file():
            return "no file"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return str(error.strerror)


def _other(path: Path) -> str | None:
    """What a file is by its first bytes, if it is no image that can be read."""
    try:
        if not path.is_file():
            return _irregular(path)
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        return f"cannot be opened ({error.strerror})"
    known_by_pillow = head[:4] in (b"II*\0", b"MM\0*") or head.startswith(b"8BPS")  # not by the first bytes alone
    return "an empty file" if not head else None if known_by_pillow else kind_of(head)


def _irregular(path: Path) -> str:
    if path.is_symlink() and not path.exists():
        return "a link to nothing"
    try:
        mode = path.stat().st_mode
    except OSError:
        return "cannot be opened (it is gone)"
    return next((kind for is_kind, kind in IRREGULAR.items() if is_kind(mode)), "no regular file")


def _read(path: Path, place: str) -> bytes:
    try:
        if not path.is_file():
            raise UnreadableImageError(place, _irregular(path))
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableImageError(place, f"the file is larger than {MOST_BYTES // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableImageError(place, f"cannot be opened ({error.strerror})") from error
