"""The reviewed table of free photographs and cut-outs in two Debian packages: what they show, by whom, on what terms.

Authors, licences and addresses of `gcompris-qt-data` are those of the README beside each file (younger than the
package's `copyright`), those of `tuxpaint-stamps-default` its changelog's where that names them, else the package's.
What both packages hold besides is in a second table, with the reason why it is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).parent / "data" / "photographs.tsv"
LEFT_OUT = Path(__file__).parent / "data" / "photographs-left-out.tsv"
PACKAGES = ("gcompris-qt-data", "tuxpaint-stamps-default")
FREE = frozenset({"Public domain", "CC0-1.0"})  # may lie behind a cut-out, whatever that one's licence

# Addresses of the licences of the table.
Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels


@dataclass(frozen=True)
class Picture:
    """One file.

    `flat` is the share of pixels like their left neighbour, the most common colour apart: many in drawings. `width` and
    `height` are a photograph's, or those of what a cut-out's alpha shows; `focus` is where its object is
    (all of it where none is given); `class_index` is ImageNet's where one is obvious.
    """

    id: str
    package: str
    path: str
    sha256: str
    kind: str  # "photograph" or "cut-out"
    width: int
    height: int
    flat: float
    label: str
    group: str
    class_index: int | None
    focus: Box
    author: str
    licence: str
    url: str

    @property
    def is_photograph(self) -> bool:
        """Else it is a cut-out, with an alpha channel."""
        return self.kind == "photograph"

    @property
    def credit(self) -> str:
        """What it shows, its author and its licence in one phrase."""
        return f"{self.label}, by {self.author} ({self.licence})"


@dataclass(frozen=True)
class LeftOut:
    """Files of a package that are not used: a pattern of paths (the first one that fits counts), how many, and why."""

    package: str
    pattern: str
    files: int
    reason: str

    def fits(self, package: str, path: str) -> bool:
        """Is the file one of these?"""
        return package == self.package and fnmatchcase(path, self.pattern)


@lru_cache(maxsize=1)
def pictures() -> tuple[Picture, ...]:
    """Every picture of the table, sorted by id."""
    return tuple(_picture(row.split("\t")) for row in _rows(TABLE))


@lru_cache(maxsize=1)
def left_out() -> tuple[LeftOut, ...]:
    """What is not used, in the order in which patterns are tried."""
    rows = (row.split("\t") for row in _rows(LEFT_OUT))
    return tuple(LeftOut(package, pattern, int(files), reason) for package, pattern, files, reason in rows)


def _rows(table: Path) -> list[str]:
    return table.read_text(encoding="utf-8").splitlines()[1:]


def _picture(row: list[str]) -> Picture:
    name, package, path, sha256, kind, width, height, flat, label, group, index, focus, author, licence, url = row
    size = int(width), int(height)
    return Picture(
        id=name,
        package=package,
        path=path,
        sha256=sha256,
        kind=kind,
        width=size[0],
        height=size[1],
        flat=float(flat),
        label=label,
        group=group,
        class_index=int(index) if index else None,
        focus=_focus(focus, size),
        author=author,
        licence=licence,
        url=url,
    )


def _focus(text: str, size: tuple[int, int]) -> Box:
    """Shares of width and height as pixels."""
    shares = [float(word) for word in text.split()] or [0.0, 0.0, 1.0, 1.0]
    left, top, right, bottom = (round(share * size[side % 2]) for side, share in enumerate(shares))
    return left, top, right, bottom
