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
    """Polylines, intervals and ticks, all in pixels of WIDTH x HEIGHT; without points an empty box.

    `powers`: the x axis is logarithmic with a tick at each power of two. `zero`: the y axis reaches zero.
    """
    box = {"lines": [], "x": [], "y": [], "width": WIDTH, "height": HEIGHT, "left": LEFT, "bottom": HEIGHT - BOTTOM}
    xs = [math.log2(x) if powers else x for line in lines for x in line.x]
    ys = [y for line in lines for values in (line.y, line.low, line.high) for y in values] + [0.0] * zero
    if not xs:
        return box
    across = _Axis(*_apart(min(xs), max(xs)), LEFT, WIDTH - RIGHT)
    up = _Axis(*_apart(min(ys), max(ys)), HEIGHT - BOTTOM, TOP)
    marks = range(math.ceil(across.low), math.floor(across.high) + 1) if powers else ticks(across.low, across.high)
    return box | {
        "lines": [_drawn(line, across, up, powers=powers) for line in lines],
        "x": [(across(value), axis_label(2**value if powers else value)) for value in marks],
        "y": [(up(value), axis_label(value)) for value in ticks(up.low, up.high)],
    }


@dataclass(frozen=True)
class _Axis:
    """Values from `low` to `high` in pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)


def _drawn(line: Line, across: _Axis, up: _Axis, *, powers: bool) -> dict[str, Any]:
    xs = [across(math.log2(x) if powers else x) for x in line.x]
    bars = [(x, up(low), up(high)) for x, low, high in zip(xs, line.low, line.high, strict=False)]
    return {"name": line.name, "points": list(zip(xs, map(up, line.y), strict=True)), "bars": bars}


def _apart(least: float, most: float) -> tuple[float, float]:
    """Two ends that differ."""
    return least, most if most > least else least + 1


def axis_label(value: float) -> str:
    """A number beside an axis."""
    return f"{value:,g}".replace("-", "−")


def ticks(least: float, most: float) -> list[float]:
    """Four to eight round numbers between two ends."""
    rough = (most - least) / 5
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    return [round(step * n, 10) for n in range(math.ceil(least / step - 1e-9), math.floor(most / step + 1e-9) + 1)]
