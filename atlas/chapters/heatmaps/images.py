"""The images whose decisions are explained: chosen from a probe set by what they show, the same for all networks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from atlas.core.errors import ConfigError, UnknownName
from atlas.core.seeds import name_seed
from atlas.core.specs import Array, ProbeImage

# Groups of both shipped probe sets; with other sets no image is preferred.
ANIMALS = frozenset({
    "mammal", "bird", "fish", "insect", "insect or crawler", "reptile", "shellfish", "marine animal", "amphibian",
})  # fmt: skip
LARGE = 0.15  # of an image: the least area of an object that can be seen at a tile's size


@dataclass(frozen=True)
class Candidate:
    """An image of the probe set with what decides whether it is chosen."""

    index: int
    image: ProbeImage
    name: str  # of its class, else its label
    area: float | None  # of its exact mask, None without one

    @property
    def cut_out(self) -> bool:
        return self.area is not None


def candidates(images: Sequence[ProbeImage], areas: Array, names: Sequence[str]) -> list[Candidate]:
    """All images with the areas [N] of their masks (NaN: none); `names` is the class list of `class_index`."""
    return [
        Candidate(
            index,
            image,
            names[image.class_index] if image.class_index is not None and names else image.label or "",
            None if np.isnan(area) else float(area),
        )
        for index, (image, area) in enumerate(zip(images, areas.tolist(), strict=True))
    ]


def choose(images: Sequence[Candidate], count: int, known: Collection[str], seed: int) -> list[int]:
    """The indices of `count` images, or of as many as there are: whole photographs and cut-outs in turn.

    Preferred are images of a class that all networks know (`known`), then animals, then large objects; each work and
    each name comes once before any comes twice. The rest is drawn by the images' ids.
    """

    def rank(one: Candidate) -> tuple[bool, bool, bool, int]:
        small = one.area is not None and one.area < LARGE
        animal = one.image.group in ANIMALS
        return one.name not in known, not animal, small, name_seed(one.image.id, seed)

    ordered = sorted(images, key=rank)
    photographs = _varied([one for one in ordered if not one.cut_out and _is_whole(one)])
    rest = _varied([one for one in ordered if not one.cut_out and not _is_whole(one)])
    cut_outs = _varied([one for one in ordered if one.cut_out])
    return _in_turn([*photographs, *rest], cut_outs)[:count]


def _is_whole(one: Candidate) -> bool:
    """Is it a photograph as a whole, the first crop of its work?"""
    number = one.image.id.rpartition("-")[2]
    return number.isdecimal() and int(number) == 1


def _varied(images: Iterable[Candidate]) -> list[int]:
    """The same images, each source and name once before any comes twice."""
    seen: dict[str, int] = {}
    rounds: list[tuple[int, int]] = []
    for one in images:
        keys = {f"source {one.image.source}", f"name {one.name or one.image.source}"}
        turn = max(seen.get(key, 0) for key in keys)
        seen |= dict.fromkeys(keys, turn + 1)
        rounds.append((turn, one.index))
    return [index for _, index in sorted(rounds, key=lambda pair: pair[0])]


def _in_turn(first: list[int], second: list[int]) -> list[int]:
    """One of each in turn, then what is left of the longer list."""
    both = min(len(first), len(second))
    pairs = [index for pair in zip(first, second, strict=False) for index in pair]
    return [*pairs, *first[both:], *second[both:]]


def with_ids(images: Sequence[ProbeImage], ids: Sequence[str]) -> list[int]:
    """The indices of the images with these ids; UnknownName for one that does not exist."""
    places = {image.id: index for index, image in enumerate(images)}
    for one in ids:
        if one not in places:
            raise UnknownName("image of the probe set", one, places)
    return [places[one] for one in ids]


def checked(count: int) -> int:
    """A number of images that the wall can show."""
    if not 1 <= count <= 64:
        raise ConfigError(f"heatmaps.images = {count}: the wall shows 1 to 64 images.")
    return count
