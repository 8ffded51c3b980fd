"""Dose curves as small plots of one scale, one for each attribute (`templates/passport.html`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from atlas.core.specs import Array

WIDTH, HEIGHT, EDGE = 120, 60, 3


def dose_curves(doses: Sequence[float], curve: Array) -> dict[str, Any]:
    """Points of each column of `curve` [D, A], the line of no change, and the scale that all share: its lowest and highest value."""
    low, high = min(0.0, float(curve.min())), max(0.0, float(curve.max()))
    high = high if high > low else low + 1

    def across(dose: float) -> float:
        return round(EDGE + (dose - doses[0]) / (doses[-1] - doses[0]) * (WIDTH - 2 * EDGE), 1)

    def up(value: float) -> float:
        return round(HEIGHT - EDGE - (value - low) / (high - low) * (HEIGHT - 2 * EDGE), 1)

    lines = [
        " ".join(f"{across(dose):g},{up(value):g}" for dose, value in zip(doses, column, strict=True))
        for column in curve.T.tolist()
    ]
    return {"lines": lines, "zero": up(0.0), "low": low, "high": high, "width": WIDTH, "height": HEIGHT}
