"""The page of the diagnosis that led from AlexNet to ZFNet: dead filters, spectra, aliasing, deconvnet pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.vision.figures.diagnosis import (
    FAINT,
    Pair,
    dead,
    deconv_sheet,
    diagnosis_figures,
    findings,
    pair,
    relative,
)
from atlas.chapters.vision.pages import PAGES
from atlas.chapters.vision.pages.context import NetworkSummary
from atlas.chapters.vision.places import deconv_file, diagnosis_page
from atlas.core.report import DIAGNOSED_LAYERS, Diagnosis
from atlas.core.results import NetworkResults
from atlas.core.specs import Array
from atlas.publish.context import AtlasContext
from atlas.publish.page import Asset, Item, Page
from atlas.publish.pixels import avif

WIDTH, HEIGHT = 300.0, 120.0
DECADES = (-2, 1)  # of the chart of spreads


@dataclass(frozen=True)
class SpectrumCurve:
    """One network's curve in a chart of WIDTH x HEIGHT; `nyquist` is the x of its Nyquist frequency, if any."""

    hue: int
    path: str
    nyquist: float | None = None


@dataclass(frozen=True)
class DiagnosisChart:
    """One chart: its title, ticks (position, words) of both axes, its lines."""

    title: str
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    lines: tuple[SpectrumCurve, ...]


@dataclass(frozen=True)
class DiagnosedNetwork:
    """One network of the pair: its dead filters, and its sheet of deconvnet pictures with the units in it."""

    network: NetworkResults
    hue: int
    found: Diagnosis
    dead: tuple[int, ...]
    file: str
    width: int
    height: int
    shares: tuple[float, float]


def pages(context: AtlasContext, summaries: Sequence[NetworkSummary]) -> Iterator[Item]:
    """The page and its sheets, where the recipe has both networks."""
    both = pair(context.results)
    if both is None:
        return
    sheets = [deconv_sheet(found, seen=context.results.probes.publish) for _, found in both]
    for (network, _), sheet in zip(both, sheets, strict=True):
        yield Asset(deconv_file(network.spec.name), avif(sheet, quality=66))
    values = {
        "sides": [_side(context, network, found, sheet) for (network, found), sheet in zip(both, sheets, strict=True)],
        "layers": DIAGNOSED_LAYERS,
        "figures": {figure.kind.removeprefix("diagnosis-"): figure for figure in diagnosis_figures(context.results)},
        "findings": findings(both),
        "charts": _charts(context, both),
        "faint": _height_of_spread(FAINT),
    }
    yield Page(diagnosis_page(both[1][0].spec.name), "vision/diagnosis.html", values)


def _side(context: AtlasContext, network: NetworkResults, found: Diagnosis, sheet: Array) -> DiagnosedNetwork:
    height, width = sheet.shape[:2]
    return DiagnosedNetwork(
        network=network,
        hue=context.hues[network.spec.name],
        found=found,
        dead=tuple(dead(found)),
        file=deconv_file(network.spec.name),
        width=2 * width,
        height=2 * height,
        shares=(float(found.aliased[0].mean()), float(found.aliased[1].mean())),
    )


def _charts(context: AtlasContext, both: Pair) -> dict[str, list[DiagnosisChart]]:
    hues = [context.hues[network.spec.name] for network, _ in both]
    first, second = (found for _, found in both)
    decades = tuple((_height_of_spread(10.0**power), f"{10.0**power:g}") for power in range(DECADES[0], DECADES[1] + 1))
    spreads = [SpectrumCurve(hue, _ranked(found.spread)) for hue, (_, found) in zip(hues, both, strict=True)]
    strides = list(zip(first.strides, second.strides, strict=True))
    spectra = list(zip(first.spectra, second.spectra, strict=True))
    ends = ((0.0, "largest"), (WIDTH, "smallest"))
    return {
        "dead": [DiagnosisChart("Standard deviation of the response / median", ends, decades, tuple(spreads))],
        "filters": [_spectra("First-layer filters", hues, (first.filters, second.filters), strides[0])],
        "maps": [
            _spectra(f"Maps of the {title} layer", hues, shares, stride)
            for title, shares, stride in zip(("first", "second"), spectra, strides, strict=True)
        ],
    }


def _height_of_spread(value: float) -> float:
    low, high = DECADES
    share = (math.log10(max(value, 10.0**low)) - low) / (high - low)
    return round(HEIGHT * (1 - min(share, 1.0)), 1)


def _ranked(spread: Array) -> str:
    ratios = relative(spread).tolist()
    step = WIDTH / max(1, len(ratios) - 1)
    return "M" + "L".join(f"{rank * step:.1f} {_height_of_spread(ratio)}" for rank, ratio in enumerate(ratios))


def _spectra(title: str, hues: Sequence[int], spectra: tuple[Array, Array], strides: tuple[int, int]) -> DiagnosisChart:
    most = max(float(np.max(each)) for each in spectra)
    top = math.ceil(100 * most / 5) * 5 / 100
    # The Nyquist frequency is 1 / (2 stride), on an axis that ends at 1 / 2.
    lines = tuple(
        SpectrumCurve(hue, _bands(shares, top), round(WIDTH / stride, 1))
        for hue, shares, stride in zip(hues, spectra, strides, strict=True)
    )
    across = tuple((round(2 * WIDTH * f, 1), f"{f:g}") for f in (0, 0.125, 0.25, 0.375, 0.5))
    up = tuple((round(HEIGHT * (1 - share / top), 1), f"{100 * share:g} %") for share in (0, top / 2, top))
    return DiagnosisChart(title, across, up, lines)


def _bands(shares: Array, top: float) -> str:
    step = WIDTH / len(shares)
    return "M" + "L".join(
        f"{(i + 0.5) * step:.1f} {HEIGHT * (1 - share / top):.1f}" for i, share in enumerate(shares.tolist())
    )


PAGES.add("diagnosis", pages)
