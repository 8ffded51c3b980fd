"""Drawings of the figures of the diagnosis of AlexNet and ZFNet."""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.chapters.vision.figures.diagnosis import FAINT, Pair, deconv_sheet, pair, relative
from atlas.core.results import AtlasResults, Figure
from atlas.core.specs import Array
from atlas.publish.drawing import ACCENT, DRAWINGS, INK, INNER, SECOND, Drawing, frame

COLOURS, STYLES = (ACCENT, SECOND), ("-", "--")
HEAD = 0.25  # inches above a sheet


def _pair(results: AtlasResults) -> Pair:
    both = pair(results)
    assert both is not None
    return both


def draw_dead(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """Spread of every first filter over the median, ranked."""
    for (network, found), colour, style in zip(_pair(results), COLOURS, STYLES, strict=True):
        axes.plot(relative(found.spread), style, color=colour, linewidth=1, label=network.spec.title)
    axes.axhline(FAINT, color=INK, linewidth=0.5)
    axes.set_yscale("log")
    _finish(axes, "filters, by rank", "standard deviation / median")


def draw_filters(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """The spectra of the filters, with each Nyquist frequency."""
    for index, (network, found) in enumerate(_pair(results)):
        _spectrum(axes, found.filters, found.strides[0], index, network.spec.title)
    _finish(axes, "cycles per input pixel", "share of power")


def draw_maps(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """The spectra of both layers' maps; the second layer's in a paler ink."""
    for index, (network, found) in enumerate(_pair(results)):
        for layer, faded in ((0, 1.0), (1, 0.45)):
            words = f"{network.spec.title}, layer {layer + 1}"
            _spectrum(axes, found.spectra[layer], found.strides[layer], index, words, alpha=faded)
    _finish(axes, "cycles per input pixel", "share of power")


def _spectrum(axes: Any, shares: Array, stride: int, index: int, words: str, *, alpha: float = 1.0) -> None:
    """The spectrum of network `index` of the pair, with its Nyquist frequency."""
    middle = (np.arange(len(shares)) + 0.5) / (2 * len(shares))
    axes.plot(middle, shares, STYLES[index], color=COLOURS[index], linewidth=1, label=words, alpha=alpha)
    axes.axvline(0.5 / stride, color=COLOURS[index], linewidth=0.5, alpha=alpha)


def _finish(axes: Any, across: str, up: str) -> None:
    axes.set_xlabel(across, color=INK, fontsize=8)
    axes.set_ylabel(up, color=INK, fontsize=8)
    axes.tick_params(labelsize=7, colors=INK)
    axes.legend(frameon=False, fontsize=7)
    axes.spines[["top", "right"]].set_visible(False)


def _sheets(results: AtlasResults) -> list[tuple[str, Array]]:
    return [(network.spec.title, deconv_sheet(found, seen=results.probes.publish)) for network, found in _pair(results)]


def _sheets_height(results: AtlasResults, figure: Figure) -> float:
    return float(sum(HEAD + INNER * sheet.shape[0] / sheet.shape[1] for _, sheet in _sheets(results)))


def draw_deconvnet(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """The sheets of both networks, one below the other."""
    top = 0.0
    for title, sheet in _sheets(results):
        high = INNER * sheet.shape[0] / sheet.shape[1]
        axes.text(0, top + HEAD - 0.06, title, fontsize=7, color=INK)
        axes.imshow(sheet, extent=(0, INNER, top + HEAD + high, top + HEAD), aspect="auto", interpolation="none")
        top += HEAD + high
    frame(axes, INNER, top)


DRAWINGS.add("diagnosis-dead", Drawing(lambda results, figure: 2.8, draw_dead, indent=0.5))
DRAWINGS.add("diagnosis-filters", Drawing(lambda results, figure: 2.8, draw_filters, indent=0.5))
DRAWINGS.add("diagnosis-maps", Drawing(lambda results, figure: 2.8, draw_maps, indent=0.5))
DRAWINGS.add("diagnosis-deconvnet", Drawing(_sheets_height, draw_deconvnet))
