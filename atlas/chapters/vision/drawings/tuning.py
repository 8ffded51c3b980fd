"""Drawings of tuning: the curves of a unit, the preferences of a layer's units."""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.chapters.vision.figures import locate
from atlas.chapters.vision.figures.tuning import CURVES, UNITS, histograms, preference
from atlas.core.results import AtlasResults, Figure
from atlas.core.tuning import plain
from atlas.publish.drawing import ACCENT, DRAWINGS, INK, INNER, QUIET, Drawing, frame

TALL = 1.5  # inches


def draw_tuning(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """A panel for each quantity, on the unit's own range."""
    found, unit = locate(results, figure.id)[1].tuning, figure.provenance["unit"]
    width = INNER / len(CURVES)
    for panel, quantity in enumerate(CURVES):
        left, curve = panel * width + 0.08, getattr(found, quantity)[unit].astype(float)
        x = left + np.linspace(0, width - 0.16, len(curve))
        axes.plot([x[0], x[-1]], [_up(0), _up(0)], color=QUIET, linewidth=0.5)
        axes.plot(x, _up(curve), color=ACCENT, linewidth=1)
        axes.text(left, 0.14, quantity, fontsize=6, color=INK)
        first, last = (plain(float(end)) for end in found.axis(quantity)[[0, -1]])
        axes.text(left, TALL - 0.14, first, fontsize=4.5, color=QUIET)
        axes.text(x[-1], TALL - 0.14, f"{last}{UNITS[quantity]}", fontsize=4.5, color=QUIET, ha="right")
        axes.text(left, TALL - 0.01, preference(found, unit, quantity).partition(" (")[0], fontsize=4.5, color=INK)
    frame(axes, INNER, TALL)


def _up(values: Any) -> Any:
    """From a share of the range, [-1, 1], to inches from the top."""
    return 0.25 + (1 - np.asarray(values)) / 2 * (TALL - 0.55)


def draw_tunings(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """Two histograms."""
    found = locate(results, figure.id)[1].tuning
    for panel, (name, counts) in enumerate(histograms(found).items()):
        width, most = INNER / 2 - 0.2, max(*counts, 1)
        bar = width / len(counts)
        for place, units in enumerate(counts):
            height = units / most * (TALL - 0.5)
            x = panel * INNER / 2 + place * bar
            axes.fill_between([x, x + 0.85 * bar], TALL - 0.2 - height, TALL - 0.2, color=ACCENT, linewidth=0)
            if place in (0, len(counts) - 1):
                value = plain(float(found.axis(name)[place])) + UNITS[name] * (place > 0)
                side = "right" if place else "left"
                axes.text(x + 0.85 * bar * (place > 0), TALL - 0.07, value, fontsize=4.5, color=INK, ha=side)
        axes.text(panel * INNER / 2, 0.14, f"{name}, most {most} units", fontsize=6, color=INK)
    frame(axes, INNER, TALL)


DRAWINGS.add("tuning", Drawing(lambda results, figure: TALL, draw_tuning))
DRAWINGS.add("tunings", Drawing(lambda results, figure: TALL, draw_tunings))
