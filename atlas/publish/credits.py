"""The works that probe images were cut from, and where the site lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas.core.specs import ProbeImage

WORKS_A_PAGE = 60


@dataclass(frozen=True)
class Work:
    """One source: its place in the list, and the probe images that were cut from it (indices)."""

    number: int
    source: str
    images: tuple[int, ...]

    @property
    def page(self) -> str:
        """Site path of the page that lists the work."""
        return list_page(self.number // WORKS_A_PAGE)

    @property
    def anchor(self) -> str:
        """Where on that page."""
        return f"work-{self.number}"


def list_page(number: int) -> str:
    """Site path of a page of the list of works, from 0."""
    return f"images/{number + 1}/index.html" if number else "images/index.html"


def works(images: Sequence[ProbeImage]) -> tuple[Work, ...]:
    """The works in the order of their first image."""
    groups: dict[str, list[int]] = {}
    for index, image in enumerate(images):
        groups.setdefault(image.source, []).append(index)
    return tuple(Work(number, source, tuple(group)) for number, (source, group) in enumerate(groups.items()))


def credits(found: Sequence[Work], images: int) -> tuple[str, ...]:
    """For each probe image the site path (with anchor) of the entry that credits it."""
    paths = [""] * images
    for work in found:
        for index in work.images:
            paths[index] = f"{work.page}#{work.anchor}"
    return tuple(paths)


def numbers(found: Sequence[Work], images: int) -> list[int]:
    """For each probe image the number of its work."""
    places = [0] * images
    for work in found:
        for index in work.images:
            places[index] = work.number
    return places
