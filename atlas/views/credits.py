"""The works that probe images were cut from, and where the site lists them."""

from __future__ import annotations

from dataclasses import dataclass

from atlas.views.desk import Desk

WORKS_A_PAGE = 120


@dataclass(frozen=True)
class Work:
    """One source: its place in the list, and the probe images that were cut from it (indices)."""

    number: int
    source: str
    images: tuple[int, ...]

    @property
    def page(self) -> str:
        return list_page(self.number // WORKS_A_PAGE)

    @property
    def anchor(self) -> str:
        return f"work-{self.number}"


def list_page(number: int) -> str:
    """Site path of a page of the list of works, from 0."""
    return f"images/{number + 1}/index.html" if number else "images/index.html"


def works(desk: Desk) -> tuple[Work, ...]:
    """The works in the order of their first image."""
    return tuple(Work(number, source, images) for source, (number, images) in desk.sources.items())


def credit(desk: Desk, index: int) -> str:
    """Site path (with anchor) of the entry that credits probe image `index`."""
    source = desk.image(index).source
    work = Work(desk.sources[source][0], source, ())
    return f"{work.page}#{work.anchor}"
