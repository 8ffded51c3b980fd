"""How the spectra of gradient maps are drawn."""

from __future__ import annotations

from typing import Any

from atlas.chapters.heatmaps.figures.spectra import lines
from atlas.chapters.heatmaps.records import chapter_of
from atlas.chapters.heatmaps.spectra import spectra
from atlas.core.results import AtlasResults, Figure
from atlas.publish.drawing import ACCENT, DRAWINGS, QUIET, SECOND, Drawing


def _draw(results: AtlasResults, _figure: Figure, axes: Any) -> None:
    pair = spectra(results, chapter_of(results))
    for one, line, colour in zip(pair, lines(pair), (ACCENT, SECOND), strict=True):
        axes.plot(line.x, line.y, color=colour, label=line.name)
        axes.axvline(0.5 / one.stride, color=colour, linewidth=0.6, linestyle="--")
    axes.set_xlabel("cycles per pixel (dashed: Nyquist frequency of the first layer)", color=QUIET)
    axes.set_ylabel("share of power, %")
    axes.legend(frameon=False)


DRAWINGS.add("heatmap-spectra", Drawing(lambda _results, _figure: 3.0, _draw, indent=0.5))
