"""Line plots as the geometry of an inline SVG (`templates/partials/chart.html`)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560, 290, 48, 30, 28, 44


@dataclass(frozen=True)
class Line:
    """A line of a plot: x and y, and where known the lower and upper end of y's interval."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


def chart(lines: Sequence[Line], *, powers: bool = False, zero: bool = True) -> dict[str, Any]:
    """Polylines, intervals and ticks, all in pixels of WIDTH x HEIGHT; without lines an empty box.

    `powers`: the x axis is logarithmic with a tick at each power of two. `zero`: the y axis reaches zero.
    """
    box = {"lines": [], "x": [], "y": [], "width": WIDTH, "height": HEIGHT, "left": LEFT, "bottom": HEIGHT - BOTTOM}
    xs = [math.log2(x) if powers else x for line in lines for x in line.x]
    ys = [y for line in lines for values in (line.y, line.low, line.high) for y in values] + [0.0] * zero
    if not xs:
        return box
    least, most = _apart(min(ys), max(ys))
    first, last = _apart(min(xs), max(xs))

    def across(x: float) -> float:
        return round(LEFT + (x - first) / (last - first) * (WIDTH - LEFT - RIGHT), 1)

    def up(y: float) -> float:
        return round(HEIGHT - BOTTOM - (y - least) / (most - least) * (HEIGHT - BOTTOM - TOP), 1)

    drawn = []
    for line in lines:
        places = [across(math.log2(x) if powers else x) for x in line.x]
        bars = [(x, up(a), up(b)) for x, a, b in zip(places, line.low, line.high, strict=False)]
        drawn.append({"name": line.name, "points": list(zip(places, map(up, line.y), strict=True)), "bars": bars})
    marks = range(math.ceil(first), math.floor(last) + 1) if powers else ticks(first, last)
    return box | {
        "lines": drawn,
        "x": [(across(value), told(2**value if powers else value)) for value in marks],
        "y": [(up(value), told(value)) for value in ticks(least, most)],
    }


def _apart(least: float, most: float) -> tuple[float, float]:
    """Two ends that differ."""
    return least, most if most > least else least + 1


def told(value: float) -> str:
    """A number beside an axis."""
    return f"{value:,g}".replace("-", "−")


def ticks(least: float, most: float) -> list[float]:
    """Four to eight round numbers between two ends."""
    rough = (most - least) / 5
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    return [round(step * n, 10) for n in range(math.ceil(least / step - 1e-9), math.floor(most / step + 1e-9) + 1)]
