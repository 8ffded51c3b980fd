"""The works that probe images were cut from, and where the site lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from atlas.types import ProbeImage
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


@lru_cache(maxsize=2)
def _works(images: tuple[ProbeImage, ...]) -> tuple[tuple[Work, ...], Mapping[str, int]]:
    groups: dict[str, list[int]] = {}
    for index, image in enumerate(images):
        groups.setdefault(image.source, []).append(index)
    found = tuple(Work(number, source, tuple(group)) for number, (source, group) in enumerate(groups.items()))
    return found, {work.source: work.number for work in found}


def works(desk: Desk) -> tuple[Work, ...]:
    """The works in the order of their first image."""
    return _works(desk.results.probes.images)[0]


def credit(desk: Desk, index: int) -> str:
    """Site path (with anchor) of the entry that credits probe image `index`."""
    found, numbers = _works(desk.results.probes.images)
    work = found[numbers[desk.image(index).source]]
    return f"{work.page}#{work.anchor}"
