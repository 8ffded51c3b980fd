"""What a chapter yields for the site: pages to render and files to copy, both addressed by their path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Page:
    """One HTML page: `path` in the site, `template` under templates/, and everything that template needs."""

    path: str
    template: str
    context: Mapping[str, Any]

    @property
    def root(self) -> str:
        """The relative way from this page to the site's root: "" or "../../"."""
        return "../" * self.path.count("/")


@dataclass(frozen=True)
class Asset:
    """One file that is not a page: a picture, a sprite, a data script."""

    path: str
    data: bytes


Item = Page | Asset


@dataclass(frozen=True)
class MenuEntry:
    """A link in the menu of every page: its title, and its path in the site."""

    title: str
    path: str


@dataclass(frozen=True)
class Piece:
    """Part of a chapter that is written separately: its pages and files, and a summary for other pages."""

    items: Iterator[Item]
    summary: Callable[[], object]
