"""Rows of marks along one axis as the geometry of an inline SVG (`templates/recurrent/partials/marks.html`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from atlas.publish.chart import axis_label, ticks

WIDTH, ROW, LEFT, RIGHT, FOOT = 420, 22, 138, 52, 40


@dataclass(frozen=True)
class Row:
    """A named row: (kind, value) of its marks, "dot", "ring", "bar" or "cross", and a word at its end."""

    name: str
    marks: tuple[tuple[str, float], ...]
    note: str = ""


def marks(rows: Sequence[Row], span: tuple[float, float]) -> dict[str, Any]:
    """The position of every mark in pixels of WIDTH x height; all values must lie in `span`."""
    low, high = span

    def across(value: float) -> float:
        return round(LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT), 1)

    def drawn(row: Row, y: float) -> dict[str, Any]:
        marks = [(kind, across(value), value) for kind, value in row.marks]
        ends = [x for kind, x, _ in marks if kind in ("dot", "ring")]
        between = (min(ends), max(ends)) if ends else ()
        return {"name": row.name, "y": y, "marks": marks, "note": row.note, "ends": between}

    return {
        "rows": [drawn(row, ROW * (index + 0.5)) for index, row in enumerate(rows)],
        "x": [(across(value), axis_label(value)) for value in ticks(low, high)],
        "width": WIDTH,
        "height": ROW * len(rows) + FOOT,
        "bottom": ROW * len(rows),
        "left": LEFT,
        "right": WIDTH - RIGHT,
    }


def span_of(panels: Sequence[Sequence[Row]], *, zero: bool = False) -> tuple[float, float]:
    """From the smallest to the largest value of all panels, so that they share one scale."""
    values = [value for rows in panels for row in rows for _, value in row.marks] + [0.0] * zero
    low, high = min(values, default=0.0), max(values, default=1.0)
    return low, high if high > low else low + 1
