"""The figure of AlexNet and ZFNet seen from the back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atlas.chapters.heatmaps.figures import FIGURES
from atlas.chapters.heatmaps.places import SPECTRA_PAGE
from atlas.chapters.heatmaps.records import chapter_of
from atlas.chapters.heatmaps.spectra import METHOD, BackwardSpectrum, spectra
from atlas.core.results import AtlasResults, Figure
from atlas.methods.spectrum import BINS
from atlas.publish.chart import Line
from atlas.publish.provenance import provenance, terms
from atlas.publish.words import count, percent


def figures(results: AtlasResults) -> Iterator[Figure]:
    """The figure, where both networks are there."""
    pair = spectra(results, chapter_of(results))
    if pair:
        yield spectra_figure(results, pair)


def spectra_figure(results: AtlasResults, pair: Sequence[BackwardSpectrum]) -> Figure:
    """Power of the gradient maps by frequency."""
    licence, attribution = terms(())
    older, younger = (one.network.spec.title for one in pair)
    return Figure(
        id="heatmaps/spectra",
        kind="heatmap-spectra",
        title=f"Gradient maps of {older} and {younger} by frequency",
        caption=f"Share of the power of gradient maps in {BINS} bands of spatial frequency (mean of "
        f"{count(pair[0].images, 'image')}, class against runner-up). {findings(pair)}",
        alt=f"Two curves of power against frequency, for {older} and {younger}.",
        page=f"{SPECTRA_PAGE}#spectra",
        files=(),
        licence=licence,
        attribution=attribution,
        provenance={
            "method": METHOD,
            "networks": [provenance(results, one.network.spec, store=dict(one.network.keys)) for one in pair],
        },
    )


def findings(pair: Sequence[BackwardSpectrum]) -> str:
    """What both directions show, in two sentences."""
    older, younger = pair
    names = older.network.spec.title, younger.network.spec.title
    back = (
        f"Above the Nyquist frequency of the first layer ({_nyquist(older)} cycles per pixel for {names[0]}, "
        f"{_nyquist(younger)} for {names[1]}) lie {percent(older.above)} and {percent(younger.above)} of the power of "
        "the gradient maps"
    )
    forward = f"of the power of the first layer’s own maps {percent(older.forward)} and {percent(younger.forward)}"
    same = (older.above > younger.above) == (older.forward > younger.forward)
    verdict = (
        "both directions order the networks alike" if same else "the two directions order the networks differently"
    )
    return f"{back}; {forward}: {verdict}."


def lines(pair: Sequence[BackwardSpectrum]) -> list[Line]:
    """The curves, frequencies in cycles per pixel."""
    at = tuple((band + 0.5) / (2 * BINS) for band in range(BINS))
    return [Line(one.network.spec.title, at, tuple(100 * one.shares)) for one in pair]


def _nyquist(one: BackwardSpectrum) -> str:
    return f"1/{2 * one.stride}"


FIGURES.add("spectra", figures)
