"""Edit curves as small plots of one scale, one for each attribute (`templates/generative/direction.html`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas.core.specs import Array

WIDTH, HEIGHT, EDGE = 120, 60, 3


@dataclass(frozen=True)
class EditCurves:
    """The points of each curve, in pixels of WIDTH x HEIGHT, and the scale that all share."""

    lines: tuple[str, ...]  # `points` of an SVG polyline
    zero: float  # the y of no change
    low: float  # the lowest and the highest value
    high: float
    width: int = WIDTH
    height: int = HEIGHT


def edit_curves(strengths: Sequence[float], curve: Array) -> EditCurves:
    """A curve for each column of `curve` [D, A] over D edit strengths."""
    low, high = min(0.0, float(curve.min())), max(0.0, float(curve.max()))
    high = high if high > low else low + 1

    def across(strength: float) -> float:
        return round(EDGE + (strength - strengths[0]) / (strengths[-1] - strengths[0]) * (WIDTH - 2 * EDGE), 1)

    def up(value: float) -> float:
        return round(HEIGHT - EDGE - (value - low) / (high - low) * (HEIGHT - 2 * EDGE), 1)

    lines = tuple(
        " ".join(f"{across(strength):g},{up(value):g}" for strength, value in zip(strengths, column, strict=True))
        for column in curve.T.tolist()
    )
    return EditCurves(lines, up(0.0), low, high)
