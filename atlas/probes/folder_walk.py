"""The files below a folder, links followed: each folder once, so that a loop ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

# Of the kinds that Pillow reads; they decide what a folder's name means, not what is tried.
SUFFIXES = (".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".jp2", ".ppm", ".pgm")


def files_below(folder: Path) -> list[str]:
    """Paths of all files below `folder`, sorted, without hidden files and folders.

    Links to folders are followed, real folders first; a folder that was seen, by whatever name, is not entered again.
    """
    seen: set[tuple[int, int]] = set()
    links, found = [folder], list[str]()
    while links:
        link = links.pop(0)
        found += [path.relative_to(folder).as_posix() for path in _files(link, seen, links)]
    return sorted(found)


def _files(root: Path, seen: set[tuple[int, int]], links: list[Path]) -> Iterator[Path]:
    """The files below `root`, without those behind links to folders, which are added to `links`."""
    for name, folders, names in os.walk(root):
        here = Path(name)
        if not _is_new(here, seen):
            folders.clear()
            continue
        shown = sorted(folder for folder in folders if not folder.startswith("."))
        links += [here / folder for folder in shown if (here / folder).is_symlink()]
        folders[:] = [folder for folder in shown if not (here / folder).is_symlink()]
        yield from (here / file for file in names if not file.startswith("."))


def _is_new(folder: Path, seen: set[tuple[int, int]]) -> bool:
    try:
        status = folder.stat()
    except OSError:
        return False
    place = (status.st_dev, status.st_ino)
    is_new = place not in seen
    seen.add(place)
    return is_new
