"""The structure of a network as a strip: a column for each step of computation, branches side by side, skips as arcs.

Lengths are in pixels of the drawing; y grows downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from atlas.core.report import Part, Structure

TARGET = 28.0  # a column with a link: wide enough for a finger
NARROW, TIGHT = 18.0, 14.0
LANE = 28.0
MARGIN = 8.0
FULL = 1240.0  # pixels of a page
LABELS, SIZES = 74.0, 22.0  # room for names below and for map sizes above
FIXED = {"sum": (13.0, 13.0), "gate": (11.0, 11.0), "norm": (3.0, 0.0), "pool": (6.0, 0.0), "input": (12.0, 0.0)}
SLIM = ("norm", "pool", "gate", "sum", "join")


@dataclass(frozen=True)
class Box:
    """One part: its centre, its size, and the layer that it links to ("" = none)."""

    part: Part
    layer: str
    x: float
    y: float
    width: float
    height: float
    alone: bool  # the only box with a link in its column, and on the straight line: there is room for its name

    @property
    def words(self) -> str:
        """What it is, for a tooltip: `conv2, 5 × 5, 2 groups: 192 channels of 8 × 8`."""
        part = self.part
        what = f"{part.words}: " if part.words else ""
        many = f"{part.units:,} channels of {part.side} × {part.side}" if part.side else f"{part.units:,} units"
        return f"{', '.join(filter(None, (self.layer, what + many)))}"

    @property
    def shade(self) -> int:
        """How dark, in per cent: by the size of the kernel."""
        return next(shade for kernel, shade in ((7, 100), (5, 80), (3, 58), (0, 30)) if self.part.kernel >= kernel)


@dataclass(frozen=True)
class Wire:
    """From one box to another: points of a path; an arc passes over what lies between."""

    points: tuple[tuple[float, float], ...]  # start, then triples of cubic curves
    arc: bool

    @property
    def path(self) -> str:
        """As the `d` of an SVG path."""
        points = [f"{x:.1f} {y:.1f}" for x, y in self.points]
        return f"M{points[0]}" + "".join(f"C{' '.join(points[i : i + 3])}" for i in range(1, len(points), 3))


@dataclass(frozen=True)
class Strip:
    """The whole drawing; `sizes` are the places where the map's side changes."""

    width: float
    height: float
    floor: float  # below it only names
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    sizes: tuple[tuple[float, str], ...]

    @property
    def zoom(self) -> float:
        """How much larger a short strip is shown, so that it fills a page."""
        return min(max(FULL / self.width, 1.0), 1.6)

    @property
    def arcs(self) -> bool:
        """Does anything pass over what lies between?"""
        return any(wire.arc for wire in self.wires)


def strip(structure: Structure, layers: Sequence[str] = ()) -> Strip:
    """The strip of `structure`; parts where one of `layers` is read get its name."""
    return _Layout(structure.parts, frozenset(layers)).strip()


class _Layout:
    def __init__(self, parts: tuple[Part, ...], layers: frozenset[str]) -> None:
        self.parts, self.layers = parts, layers
        self.readers: list[list[int]] = [[] for _ in parts]
        for index, part in enumerate(parts):
            for before in part.after:
                self.readers[before].append(index)
        self.input = max((part.side for part in parts), default=1)

    @cached_property
    def column(self) -> list[int]:
        """The longest way from the image to each part."""
        found: list[int] = []
        for part in self.parts:
            found.append(max((found[before] + 1 for before in part.after), default=0))
        return found

    @cached_property
    def reach(self) -> list[int]:
        """Parts from each to where its branch meets others: the longest branch keeps the straight line."""
        found = [0] * len(self.parts)
        for index in range(len(self.parts) - 1, -1, -1):
            ahead = [0 if self.parts[r].kind in ("sum", "join") else found[r] + 1 for r in self.readers[index]]
            found[index] = max(ahead, default=0)
        return found

    @cached_property
    def lane(self) -> list[int]:
        """The line of each part, 0 = the straight one; a branch that ends early keeps its line until it joins."""
        found, taken = [0] * len(self.parts), set()
        for index in sorted(range(len(self.parts)), key=lambda p: (self.column[p], -self.reach[p], p)):
            column, lane = self.column[index], min((found[before] for before in self.parts[index].after), default=0)
            while (column, lane) in taken:
                lane += 1
            found[index] = lane
            last = self.column[self.readers[index][0]] if len(self.readers[index]) == 1 else column + 1
            taken |= {(passed, lane) for passed in range(column, last)}
        return found

    @cached_property
    def lanes(self) -> list[int]:
        """How many lines each column has, a branch that passes counted."""
        found = [1] * (max(self.column) + 1)
        for index, readers in enumerate(self.readers):
            last = self.column[readers[0]] if len(readers) == 1 else self.column[index] + 1
            for column in range(self.column[index], last):
                found[column] = max(found[column], self.lane[index] + 1)
        wide: list[int] = list(found)
        for start, end in _runs(found):
            wide[start:end] = [max(found[start:end])] * (end - start)
        return wide

    def shown(self, index: int) -> str:
        """The layer of a part that has a page."""
        return next((name for name in reversed(self.parts[index].layers) if name in self.layers), "")

    def strip(self) -> Strip:
        """Lay everything out."""
        centres, total = self._columns()
        boxes = [self._box(index, centres) for index in range(len(self.parts))]
        wires = [wire for index in range(len(self.parts)) for wire in self._wires(index, boxes)]
        top = min([box.y - box.height / 2 for box in boxes] + [y for wire in wires for y in _extent(wire)])
        floor = max(box.y + box.height / 2 for box in boxes) - top + SIZES
        moved = [_moved(box, SIZES - top) for box in boxes]
        lifted = [Wire(tuple((x, y + SIZES - top) for x, y in wire.points), wire.arc) for wire in wires]
        named = LABELS if any(box.layer and box.alone for box in boxes) else MARGIN
        return Strip(total, floor + named, floor, tuple(moved), tuple(lifted), tuple(self._sizes(boxes)))

    def _columns(self) -> tuple[list[float], float]:
        """The middle of each column, and the whole width."""
        widths = [TIGHT] * (max(self.column) + 1)
        for index, column in enumerate(self.column):
            slim = TIGHT if self.parts[index].kind in SLIM else NARROW
            widths[column] = max(widths[column], TARGET if self.shown(index) else slim)
        centres, x = [], MARGIN
        for column, width in enumerate(widths):
            fans_out = column and self.lanes[column] != self.lanes[column - 1]
            fan = 10.0 if fans_out else 0.0  # room for the wires
            centres.append(x + fan + width / 2)
            x += fan + width + 4
        return centres, x + MARGIN

    def _box(self, index: int, centres: list[float]) -> Box:
        part, column = self.parts[index], self.column[index]
        beside = [p for p in range(len(self.parts)) if self.column[p] == column and p != index and self.shown(p)]
        width, height = self._size(index)
        lanes = self.lanes[column]
        y = (self.lane[index] - (lanes - 1) / 2) * LANE if part.kind not in ("join", "sum") else 0.0
        return Box(part, self.shown(index), centres[column], y, width, height, not beside and not self.lane[index])

    def _size(self, index: int) -> tuple[float, float]:
        """Width and height of a part's box."""
        part = self.parts[index]
        tall = 6 + 46 * part.side / self.input
        if part.kind == "join":
            across = max(self.lanes[self.column[before]] for before in part.after)
            return 4.0, max(14.0, (across - 1) * LANE + 12)
        if part.kind in FIXED:
            width, height = FIXED[part.kind]
            return width, height or max(tall, 10.0)
        if part.side == 0:
            return 7.0, 4 + 4 * math.log2(part.units)
        return min(22.0, 2 + 2 * math.log2(part.units)), tall

    def _wires(self, index: int, boxes: list[Box]) -> Iterator[Wire]:
        """The wires that come into a part."""
        end = boxes[index]
        for before in self.parts[index].after:
            start = boxes[before]
            apart = self.column[index] - self.column[before]
            if apart > 1 and len(self.readers[before]) > 1:
                yield _arc(start, end)
            else:
                yield _line(start, end, max(box.x for box in boxes if box.x < end.x) + 9 if apart > 1 else None)

    def _sizes(self, boxes: list[Box]) -> Iterator[tuple[float, str]]:
        side = -1
        for index, box in enumerate(boxes):
            if self.lane[index] == 0 and box.part.side != side:
                side = box.part.side
                yield box.x - box.width / 2, str(side) if side else "vector"


def _runs(lanes: list[int]) -> Iterator[tuple[int, int]]:
    """Stretches of columns with more than one line."""
    start = None
    for column, many in enumerate([*lanes, 1]):
        if many > 1 and start is None:
            start = column
        elif many == 1 and start is not None:
            yield start, column
            start = None


def _line(start: Box, end: Box, until: float | None) -> Wire:
    """A wire from right to left edge; it stays level until x = `until`."""
    x0, x1 = start.x + start.width / 2, end.x - end.width / 2
    y0, y1 = start.y, end.y
    if end.part.kind == "join":  # as tall as what it joins
        y1 = y0
    elif start.part.kind == "join" and abs(y1 - y0) <= start.height / 2:
        y0 = y1
    points = [(x0, y0)]
    if until is not None and until < x1:
        points += [(x0, y0), (until, y0), (until, y0)]
        x0 = until
    middle = (x0 + x1) / 2
    return Wire((*points, (middle, y0), (middle, y1), (x1, y1)), False)


def _arc(start: Box, end: Box) -> Wire:
    rise = 16 + 0.14 * (end.x - start.x)
    y0, y1 = start.y - start.height / 2, end.y - end.height / 2
    top = min(y0, y1) - rise
    return Wire(((start.x, y0), (start.x, top), (end.x, top), (end.x, y1)), True)


def _extent(wire: Wire) -> list[float]:
    """The highest point of a wire: three quarters of the way to an arc's control points."""
    if not wire.arc:
        return [y for _, y in wire.points]
    (_, y0), (_, top), _, (_, y1) = wire.points
    return [(y0 + y1) / 2 * 0.25 + top * 0.75]


def _moved(box: Box, by: float) -> Box:
    return Box(box.part, box.layer, box.x, box.y + by, box.width, box.height, box.alone)
