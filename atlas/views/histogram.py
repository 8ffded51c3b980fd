"""A histogram as the path of an inline SVG, with marks where percentiles and scores lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

from atlas.figures.words import number
from atlas.types import Array

WIDTH, HEIGHT = 480.0, 120.0
EDGE = 0.2  # labels of marks this near to a side (as a share of the width) grow away from it


@dataclass(frozen=True)
class Mark:
    """A vertical line at `x` (SVG units) with its words; `value` is the number in words.

    `row` counts upwards from the plot, so that labels of near marks do not meet.
    """

    kind: str
    x: float
    row: int
    label: str
    value: str


@dataclass(frozen=True)
class Histogram:
    """`path` is a step area in a box of WIDTH x HEIGHT; bar heights grow with the square root of the count."""

    path: str
    marks: tuple[Mark, ...]
    zero: float | None  # x of the value 0 where it lies inside
    low: str
    high: str
    images: int
    width: float = WIDTH
    height: float = HEIGHT


def histogram(counts: Array, edges: tuple[float, float], marks: dict[str, tuple[str, float]]) -> Histogram:
    """Draw `counts` between `edges`, on an axis that also reaches every mark (kind -> label, value)."""
    low, high = edges
    first = min([low, *(value for _, value in marks.values())])
    last = max([high, *(value for _, value in marks.values())])
    span = (last - first) or 1.0

    def x(value: float) -> float:
        return round(WIDTH * (value - first) / span, 1)

    bars = [int(bar) for bar in counts]
    most = math.sqrt(max(bars, default=0) or 1)
    step = (high - low) / (len(bars) or 1)
    path = [f"M{x(low)} {HEIGHT:g}"]
    for index, bar in enumerate(bars):
        path.append(f"V{HEIGHT * (1 - math.sqrt(bar) / most):.1f}H{x(low + (index + 1) * step)}")
    return Histogram(
        path="".join(path) + f"V{HEIGHT:g}Z",
        marks=_placed([(kind, x(value), label, number(value)) for kind, (label, value) in marks.items()]),
        zero=x(0.0) if first < 0 < last else None,
        low=number(first),
        high=number(last),
        images=sum(bars),
    )


LETTER = 6.0  # SVG units that a letter of a label takes, at most


def _placed(marks: list[tuple[str, float, str, str]]) -> tuple[Mark, ...]:
    """From left to right, each label in the lowest row where it does not meet another."""
    ends: list[float] = []
    placed = []
    for kind, x, label, value in sorted(marks, key=lambda mark: mark[1]):
        wide = LETTER * (len(label) + len(value) + 2)
        left = x if x < EDGE * WIDTH else (x - wide if x > (1 - EDGE) * WIDTH else x - wide / 2)
        row = next((row for row, end in enumerate(ends) if end <= left), len(ends))
        ends[row : row + 1] = [left + wide]
        placed.append(Mark(kind, x, row, label, value))
    return tuple(placed)
