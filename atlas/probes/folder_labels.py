"""Labels of images in a folder: from the names of their folders, or from a CSV file of the user."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from atlas.core.errors import ProbeError
from atlas.probes.folder_walk import SUFFIXES
from atlas.probes.own import Labels, counted


def folder_labels(files: Sequence[str]) -> Labels:
    """The label of a file is the name of its folder, or of the nearest one above it that is not the same for all files.

    So `class/images/file` has the class.
    """
    images = [file for file in files if PurePosixPath(file).suffix.lower() in SUFFIXES] or list(files)
    deepest = max(len(PurePosixPath(file).parts) - 1 for file in images)
    if not deepest:
        return Labels({}, "no labels, because no image is in a folder of its class")
    above = next((level for level in range(1, deepest + 1) if len(_names(images, level)) > 1), 1)
    found = {file: label for file in files if (label := _name(file, above))}
    classes = len({found[file] for file in images if file in found})
    if classes == 1:
        return Labels(found, f"labels: 1 class only, the folder {next(iter(found.values()))!r}")
    return Labels(found, f"labels: names of folders, {counted(classes, 'class')}")


def _names(files: Sequence[str], level: int) -> set[str]:
    return {_name(file, level) for file in files} - {""}


def _name(file: str, level: int) -> str:
    """The name of the folder `level` steps above a file, "" beyond the top."""
    parts = PurePosixPath(file).parts
    return parts[-1 - level] if len(parts) > level else ""


def csv_labels(path: Path, files: Sequence[str]) -> Labels:
    """Labels from a CSV file with the columns `file` (below the folder of images) and `label`, in UTF-8.

    ProbeError where it cannot be read, lacks a column, or names none of the files.
    """
    rows = _rows(path)
    names = [name.strip().lower() for name in rows[0]]
    if not {"file", "label"} <= set(names):
        raise ProbeError(f"{path.absolute()} needs a first line with `file` and `label`, not {rows[0]!r:.160}.")
    at, label = names.index("file"), names.index("label")
    told = {row[at].strip(): row[label].strip() for row in rows[1:] if len(row) > max(at, label)}
    found = {file: told[file] for file in files if told.get(file)}
    if not found:
        first = next(iter(told), "nothing")
        raise ProbeError(
            f"{path.absolute()} labels none of the images, such as {files[0]!r}; its first row names {first[:80]!r}. "
            "Write paths below the folder of images."
        )
    lacking = f", {counted(len(files) - len(found), 'file')} without one" if len(found) < len(files) else ""
    classes = counted(len(set(found.values())), "class")
    return Labels(found, f"labels: column label of {path.name}, {classes}{lacking}")


def _rows(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ProbeError(f"The labels {path.absolute()} cannot be read as text: {error}.") from error
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = [row for row in csv.reader(text.splitlines(), delimiter=separator) if row]
    except csv.Error as error:
        raise ProbeError(f"The labels {path.absolute()} are no CSV: {error}.") from error
    if not rows:
        raise ProbeError(f"The labels {path.absolute()} are empty. Write `file,label` and a row for each image.")
    return rows
