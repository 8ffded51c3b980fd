"""Tuning on pages: the small curves of a unit, the histograms of a layer. Registers no page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from atlas.chapters.vision.figures.tuning import CURVES, histograms, preference
from atlas.core.tuning import Tuning

HIGH = 20  # units of the drawing, from the least to the largest response of all stimuli


@dataclass(frozen=True)
class TuningCurve:
    """A curve as a path of an SVG of `width` by HIGH, with the height of the response to grey."""

    quantity: str
    words: str
    path: str  # relative steps: most bytes of a page that are its own
    width: int
    zero: int


def tuning_curves(tuning: Tuning, unit: int) -> tuple[TuningCurve, ...]:
    """The curves of a unit on its own range."""
    every = np.concatenate([getattr(tuning, quantity)[unit].astype(float) for quantity in CURVES] + [np.zeros(1)])
    low, span = float(every.min()), max(float(np.ptp(every)), 1e-9)
    return tuple(_curve(tuning, unit, quantity, low, span) for quantity in CURVES)


def _curve(tuning: Tuning, unit: int, quantity: str, low: float, span: float) -> TuningCurve:
    values = getattr(tuning, quantity)[unit].astype(float)
    heights = np.rint(HIGH * (1 - (values - low) / span)).astype(int).tolist()
    steps = "".join(f"l3 {after - before}" for before, after in pairwise(heights))
    zero = round(HIGH * (1 + low / span))
    return TuningCurve(
        quantity, preference(tuning, unit, quantity), f"M0 {heights[0]}{steps}", 3 * (len(heights) - 1), zero
    )


def bars(tuning: Tuning) -> list[tuple[str, str, list[tuple[str, int, float]]]]:
    """The histograms of a layer: quantity, unit of its values, and label, count and share of the highest a bar."""
    values = {"orientation": tuning.orientations, "frequency": tuning.frequencies}
    units = {"orientation": "°", "frequency": "cycles per pixel"}
    found = []
    for name, counts in histograms(tuning).items():
        most = max(*counts, 1)
        labels = [f"{value:.2g}" if name == "frequency" else f"{value:.0f}" for value in values[name].tolist()]
        found.append((name, units[name], [(label, n, n / most) for label, n in zip(labels, counts, strict=True)]))
    return found
