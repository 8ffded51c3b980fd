"""The geometry of line plots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from atlas.figures.recurrent import Line

WIDTH, HEIGHT, LEFT, BOTTOM = 520, 300, 48, 44


def plot(lines: Sequence[Line]) -> dict[str, Any]:
    """The geometry of a plot with a logarithmic x axis: polylines, intervals, ticks, all in pixels of WIDTH x HEIGHT."""
    xs = [x for line in lines for x in line.x]
    ys = [y for line in lines for values in (line.y, line.low, line.high) for y in values]
    if not xs:
        return {
            "lines": [],
            "x": [],
            "y": [],
            "width": WIDTH,
            "height": HEIGHT,
            "left": LEFT,
            "bottom": HEIGHT - BOTTOM,
        }
    least, most = min(0.0, *ys), max(ys)
    first, last = math.log2(min(xs)), max(math.log2(max(xs)), math.log2(min(xs)) + 1)

    def across(x: float) -> float:
        return round(LEFT + (math.log2(x) - first) / (last - first) * (WIDTH - LEFT - 16), 1)

    def up(y: float) -> float:
        return round(HEIGHT - BOTTOM - (y - least) / (most - least) * (HEIGHT - BOTTOM - 28), 1)

    step = 0.5 if most - least < 3 else 1
    ticks = [round(step * n, 1) for n in range(math.ceil(least / step), math.floor(most / step) + 1)]
    return {
        "lines": [
            {"name": line.name, "points": [(across(x), up(y)) for x, y in zip(line.x, line.y, strict=True)],
             "bars": [(across(x), up(a), up(b)) for x, a, b in zip(line.x, line.low, line.high, strict=False)]}
            for line in lines
        ],
        "x": [(across(2**n), 2**n) for n in range(math.ceil(first), math.floor(last) + 1)],
        "y": [(up(value), value) for value in ticks],
        "width": WIDTH, "height": HEIGHT, "left": LEFT, "bottom": HEIGHT - BOTTOM,
    }  # fmt: skip
