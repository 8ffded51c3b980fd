"""The wall of one image: what each network decides, and its maps by every method on one scale a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas.chapters.heatmaps.maps import Decisions, HeatMaps
from atlas.chapters.heatmaps.overlay import density, full_colour, tile_sized
from atlas.chapters.heatmaps.records import HeatmapResults, NetworkMaps
from atlas.chapters.heatmaps.scores import Mark
from atlas.chapters.heatmaps.words import described, why_not
from atlas.core.specs import Array, NetworkSpec
from atlas.publish.signed import shades


@dataclass(frozen=True)
class Cell:
    """A map of the wall in words, "" where there is none; `reason` where it is not valid, `missed` by its sum."""

    method: str
    words: str
    reason: str
    missed: float = 0.0
    mark: Mark | None = None  # what the method is worth for the network, where it was scored

    @property
    def spoken(self) -> str:
        """All of it, for who cannot see the map."""
        worth = f"; {self.mark.beaten}/{self.mark.of}" if self.mark and self.mark.of else ""
        same = "; unchanged when randomized" if self.mark and self.mark.flagged else ""
        return (f"not valid here: {self.reason}; " if self.reason else "") + self.words + worth + same


@dataclass(frozen=True)
class WallRow:
    """A network's row for one image and target: a tile of shades for each method, [S, S] int8 or None."""

    spec: NetworkSpec
    image: int  # place on the wall
    target: int
    full: float  # density that has full colour
    cells: tuple[Cell, ...]
    tiles: tuple[Array | None, ...]
    side: int


def rows(chapter: HeatmapResults, network: NetworkMaps) -> Iterator[WallRow]:
    """All rows of one network, image by image; its maps are read once."""
    maps = {name: network.load(name) for name in chapter.methods}
    for image in range(len(chapter.images)):
        for target in chapter.targets(image):
            yield _row(chapter, network, maps, image, target)


def row(chapter: HeatmapResults, network: NetworkMaps, image: int, target: int) -> WallRow:
    """One row."""
    return _row(chapter, network, {name: network.load(name) for name in chapter.methods}, image, target)


def _row(chapter: HeatmapResults, network: NetworkMaps, maps: dict[str, HeatMaps], image: int, target: int) -> WallRow:
    cells = {name: _cell(network, name, found, target, image) for name, found in maps.items()}
    values = {name: found.map_of(target, image) for name, found in maps.items()}
    densities = {name: tile_sized(density(one)) for name, one in values.items() if one is not None}
    explaining = [method.name for method in chapter.found if method.family != "control"]
    full = full_colour([densities[name] for name in explaining if name in densities and not cells[name].reason])
    tiles = tuple(shades(densities[name], full) if name in densities else None for name in chapter.methods)
    return WallRow(
        spec=network.spec,
        image=image,
        target=target,
        full=full,
        cells=tuple(cells[name] for name in chapter.methods),
        tiles=tiles,
        side=max((len(tile) for tile in tiles if tile is not None), default=1),
    )


def _cell(network: NetworkMaps, method: str, maps: HeatMaps, target: int, image: int) -> Cell:
    values = maps.map_of(target, image)
    words = "" if values is None else described(values)
    mark = next((network.scores.mark(one) for one in network.scores.methods if one.name == method), None)
    return Cell(method, words, why_not(maps, target, image), maps.missed(target, image), mark)


@dataclass(frozen=True)
class Decision:
    """What a network decides about one image, in words and numbers."""

    name: str  # of the explained class: the predicted one, unless another was asked for
    probability: float
    other: str  # of the highest other class
    other_probability: float
    margin: float  # of the logits
    logit: float
    right: bool | None  # None where the network does not know the class, or the image has none


def decision(decisions: Decisions, image: int, names: Sequence[str], true: str) -> Decision:
    """The decision about image `image` of the wall; `names` is the network's class list, `true` the image's class."""
    first, second = decisions.classes[image, :2].tolist()
    best, next_best = decisions.logits[image, :2].tolist()
    chance, next_chance = decisions.probabilities[image, :2].tolist()
    return Decision(
        name=names[first],
        probability=chance,
        other=names[second],
        other_probability=next_chance,
        margin=best - next_best,
        logit=best,
        right=names[first if best >= next_best else second] == true if true in names else None,
    )
