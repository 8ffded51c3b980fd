"""A histogram as the path of an inline SVG one unit wide a bin, with marks where percentiles and scores lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

from atlas.core.specs import Array
from atlas.publish.words import number

HEIGHT = 99  # SVG units; a bin is 1 wide
NARROW = 340.0  # pixels of the plot on the narrowest window
LETTER = 6.6  # pixels that a letter of a label takes, at most


@dataclass(frozen=True)
class Mark:
    """A vertical line at `x` (per cent of the axis) with its words; `value` is the number in words.

    `row` counts upwards from the plot, so that labels of near marks do not meet.
    """

    kind: str
    x: float
    row: int
    label: str
    value: str


@dataclass(frozen=True)
class Histogram:
    """`path` is a step area in a box of `bins` x HEIGHT; bar heights grow with the square root of the count.

    The axis reaches from `low` to `high`; the bins take the part from `left`, `width` wide (per cent).
    """

    path: str
    bins: int
    left: float
    width: float
    marks: tuple[Mark, ...]
    zero: float | None  # per cent of the axis where the value 0 lies inside
    zero_fits: bool  # its label meets neither end's
    low: str
    high: str

    @property
    def rows(self) -> int:
        """How many rows of labels there are."""
        return 1 + max((mark.row for mark in self.marks), default=0)


def histogram(counts: Array, edges: tuple[float, float], marks: dict[str, tuple[str, float]]) -> Histogram:
    """Draw `counts` between `edges`, on an axis that also reaches every mark (kind -> label, value)."""
    low, high = edges
    first = min([low, *(value for _, value in marks.values())])
    last = max([high, *(value for _, value in marks.values())])
    span = (last - first) or 1.0

    def x(value: float) -> float:
        return round(100 * (value - first) / span, 1)

    zero = x(0.0) if first < 0 < last else None
    ends = [LETTER * (len(number(end)) + 1) for end in (first, last)]
    return Histogram(
        path=_path(counts),
        bins=len(counts),
        left=x(low),
        width=round(x(high) - x(low), 1),
        marks=_placed([(kind, x(value), label, number(value)) for kind, (label, value) in marks.items()]),
        zero=zero,
        zero_fits=zero is not None and ends[0] < NARROW * zero / 100 < NARROW - ends[1],
        low=number(first),
        high=number(last),
    )


def _path(counts: Array) -> str:
    """Steps from the left, in whole SVG units, as moves relative to the step before."""
    most = math.sqrt(max(counts.tolist(), default=0) or 1)
    tops = [round(HEIGHT * (1 - math.sqrt(count) / most)) for count in counts.tolist()]
    path, before, flat = [f"M0 {HEIGHT}"], HEIGHT, 0
    for top in tops:
        if top != before:
            path.append(f"h{flat}v{top - before}" if flat else f"v{top - before}")
            before, flat = top, 0
        flat += 1
    return "".join(path) + f"h{flat}V{HEIGHT}z"


def _placed(marks: list[tuple[str, float, str, str]]) -> tuple[Mark, ...]:
    """From left to right, each label in the lowest row where it does not meet another.

    A label at x per cent of the axis stands with x per cent of its own width to the left of x, so none leaves the plot.
    """
    ends: list[float] = []
    placed = []
    for kind, x, label, value in sorted(marks, key=lambda mark: mark[1]):
        wide = LETTER * (len(label) + len(value) + 2)
        left = (NARROW - wide) * x / 100
        row = next((row for row, end in enumerate(ends) if end <= left), len(ends))
        ends[row : row + 1] = [left + wide]
        placed.append(Mark(kind, x, row, label, value))
    return tuple(placed)
