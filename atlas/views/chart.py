"""Lines on linear axes as the geometry of an inline SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from atlas.figures.recurrent import Line

WIDTH, HEIGHT, LEFT, BOTTOM = 560, 280, 48, 44


def chart(lines: Sequence[Line], *, wide: bool = False) -> dict[str, Any]:
    """Polylines, ticks and the box of a plot, in pixels; zero is inside unless `wide` (a spectrum in decibels)."""
    xs, ys = [x for line in lines for x in line.x], [y for line in lines for y in line.y]
    least, most = (min(ys), max(ys)) if wide else (min(0.0, *ys), max(0.0, *ys))
    first, last = min(xs), max(xs)
    most, last = (most if most > least else least + 1), (last if last > first else first + 1)

    def across(x: float) -> float:
        return round(LEFT + (x - first) / (last - first) * (WIDTH - LEFT - 16), 1)

    def up(y: float) -> float:
        return round(HEIGHT - BOTTOM - (y - least) / (most - least) * (HEIGHT - BOTTOM - 28), 1)

    return {
        "lines": [
            {"name": line.name, "points": [(across(x), up(y)) for x, y in zip(line.x, line.y, strict=True)], "bars": []}
            for line in lines
        ],
        "x": [(across(value), _told(value)) for value in ticks(first, last)],
        "y": [(up(value), _told(value)) for value in ticks(least, most)],
        "width": WIDTH, "height": HEIGHT, "left": LEFT, "bottom": HEIGHT - BOTTOM,
    }  # fmt: skip


def _told(value: float) -> str:
    return f"{value:,g}".replace("-", "−") if abs(value) < 1e6 else f"{value:.0e}"


def ticks(least: float, most: float) -> list[float]:
    """Four to eight round numbers between two ends."""
    rough = (most - least) / 5
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    return [round(step * n, 10) for n in range(math.ceil(least / step - 1e-9), math.floor(most / step + 1e-9) + 1)]
