"""A histogram as the path of an inline SVG, with marks where percentiles and scores lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

from atlas.figures.words import number
from atlas.types import Array

WIDTH, HEIGHT = 480.0, 120.0


@dataclass(frozen=True)
class Mark:
    """A vertical line at `x` (SVG units) with its words; `value` is the number in words."""

    kind: str
    x: float
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
        marks=tuple(Mark(kind, x(value), label, number(value)) for kind, (label, value) in marks.items()),
        zero=x(0.0) if first < 0 < last else None,
        low=number(first),
        high=number(last),
        images=sum(bars),
    )
