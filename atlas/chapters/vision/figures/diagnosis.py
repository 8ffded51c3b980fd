"""The figures of the diagnosis that led from AlexNet to ZFNet, on the pair that this project trained."""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.chapters.vision.places import deconv_file, diagnosis_page
from atlas.core.report import DIAGNOSED, Diagnosis
from atlas.core.results import AtlasResults, Figure, NetworkResults
from atlas.core.specs import Array
from atlas.publish.provenance import provenance, terms
from atlas.publish.words import count, listed, number, percent

GAP = 1  # pixels of a sheet
FAINT = 0.1  # of the layer's median spread: a filter with less hardly responds to anything
Pair = tuple[tuple[NetworkResults, Diagnosis], tuple[NetworkResults, Diagnosis]]


def pair(results: AtlasResults) -> Pair | None:
    """AlexNet and ZFNet with their diagnoses, or None where the recipe lacks one of them."""
    found = {network.spec.name: (network, network.diagnosis) for network in results.networks if network.diagnosis}
    if not all(name in found for name in DIAGNOSED):
        return None
    one, two = (found[name] for name in DIAGNOSED)
    return one, two  # type: ignore[return-value]


def diagnosis_figures(results: AtlasResults) -> tuple[Figure, ...]:
    """Dead filters, spectra of the filters, spectra of the maps, deconvnet pictures; none without the pair."""
    both = pair(results)
    if both is None:
        return ()
    return (_dead(results, both), _filters(results, both), _maps(results, both), _deconvnet(results, both))


def dead(found: Diagnosis) -> list[int]:
    """The dead first filters: never above zero on a probe image, or with a spread below FAINT of the layer's median."""
    silent = found.positive <= 0
    faint = found.spread < FAINT * np.median(found.spread)
    return np.flatnonzero(silent | faint).tolist()


def relative(values: Array) -> Array:
    """Values [F] over their median, largest first."""
    out: Array = np.sort(values)[::-1] / max(float(np.median(values)), 1e-12)
    return out


def findings(both: Pair) -> str:
    """The results on this pair, beside the faults that the paper found."""
    return (
        "Zeiler and Fergus (2014) found dead first-layer filters and aliasing in AlexNet and made its first kernel "
        f"and stride smaller. {measured(both)}"
    )


def measured(both: Pair) -> str:
    """The results on this pair alone."""
    return (
        f"{_dead_sentence(both)} With {_aliased_clause(both, 0, 'first maps')}. In the second "
        f"layer, with {_aliased_clause(both, 1, 'maps')}."
    )


def _dead_sentence(both: Pair) -> str:
    filters = [(network.spec.title, len(dead(found)), len(found.norms)) for network, found in both]
    if not any(number_dead for _, number_dead, _ in filters):
        (_, _, first), (_, _, second) = filters
        return f"Neither network has dead filters here (0 of {first}, 0 of {second})."
    return f"Here {listed([f'{title} has {amount} of {total} filters dead' for title, amount, total in filters])}."


def _aliased_clause(both: Pair, layer: int, maps: str) -> str:
    """The aliased shares of a layer (0 or 1) of both networks, compared."""
    (one, first), (two, second) = both
    shares = [f"{number(100 * float(found.aliased[layer].mean()), 2)}\u202f%" for _, found in both]
    return (
        f"stride {first.strides[layer]}, {shares[0]} of the power of {one.spec.title}'s {maps} is aliased; with stride "
        f"{second.strides[layer]}, {shares[1]} in {two.spec.title}'s ({_compared(first, second, layer)})"
    )


def _compared(first: Diagnosis, second: Diagnosis, layer: int) -> str:
    """Whether the younger network aliases less, beyond two standard errors over units."""
    one, two = first.aliased[layer], second.aliased[layer]
    gap, sure = float(one.mean() - two.mean()), 2 * float(np.hypot(_error(one), _error(two)))
    if abs(gap) <= sure:
        return "no difference beyond two standard errors over units"
    return "less aliasing" if gap > 0 else "more aliasing"


def _figure(results: AtlasResults, both: Pair, kind: str, title: str, **fields: Any) -> Figure:
    """A figure of the pair, on the page of the younger network."""
    (one, first), (two, _) = both
    shown: list[int] = fields.pop("shown", [])
    licence, attribution = terms(results.probes.images[i] for i in shown)
    return Figure(
        id=f"{two.spec.name}/diagnosis-{kind}",
        kind=f"diagnosis-{kind}",
        title=f"{title}, {one.spec.title} and {two.spec.title}",
        page=f"{diagnosis_page(two.spec.name)}#diagnosis-{kind}",
        files=fields.pop("files", ()),
        licence=licence,
        attribution=attribution,
        provenance={
            "networks": [provenance(results, network.spec, store=dict(network.keys)) for network, _ in both],
            "parameters": {"images": first.images, "faint": FAINT},
        },
        **fields,
    )


def _dead(results: AtlasResults, both: Pair) -> Figure:
    filters = [f"{network.spec.title} {_named(dead(found))}" for network, found in both]
    probed = count(both[0][1].probed, "probe image")
    lowest = [f"{number(float(relative(found.spread)[-1]), 2)} in {network.spec.title}" for network, found in both]
    return _figure(
        results,
        both,
        "dead",
        "Dead first filters",
        caption=f"Standard deviation of the response of each first-layer filter over all positions of {probed}, "
        "divided by the median of the layer, largest first, on a logarithmic scale; the smallest are "
        f"{listed(lowest)}. A filter counts as dead if this ratio is below {number(FAINT, 1)} or if no image brings "
        f"its response above zero: {listed(filters)}.",
        alt=f"Two falling curves, one for each network, with a line at {number(FAINT, 1)}.",
    )


def _named(filters: list[int]) -> str:
    return f"has {count(len(filters), 'dead filter')}" + (f" ({listed([str(i) for i in filters])})" if filters else "")


def _filters(results: AtlasResults, both: Pair) -> Figure:
    shares = [
        f"{percent(float(found.filters_above.mean()))} in {network.spec.title} (stride {found.strides[0]})"
        for network, found in both
    ]
    return _figure(
        results,
        both,
        "filters",
        "Spectra of the first filters",
        caption="Power of the first-layer filters by frequency in cycles per input pixel (the larger of the "
        "horizontal and the vertical frequency), as shares averaged over filters. Thin lines: Nyquist frequency of "
        f"each network's first stride. The mean share above it, which the map aliases, is {listed(shares)}.",
        alt="Two spectra of filters, one for each network, each with its Nyquist frequency.",
    )


def _maps(results: AtlasResults, both: Pair) -> Figure:
    shares = [f"{network.spec.title} {_shares(found, 0)} and {_shares(found, 1)}" for network, found in both]
    return _figure(
        results,
        both,
        "maps",
        "Spectra of the first two layers' maps",
        caption="Power by frequency of the maps of the first (left) and the second layer (right) before the "
        f"nonlinearity, computed at every input pixel of {count(both[0][1].images, 'probe image')}, without the mean "
        "of each map. The network samples them at its stride, which aliases the power above the Nyquist frequency "
        "(thin lines). The aliased share in the first and the second layer, averaged over units: "
        f"{listed(shares, 'against')} (± one standard error over units).",
        alt="Spectra of first-layer and second-layer maps of both networks, with Nyquist frequencies.",
    )


def _shares(found: Diagnosis, layer: int) -> str:
    shares = found.aliased[layer]
    return f"{number(100 * float(shares.mean()))} ± {number(100 * _error(shares), 2)} %"


def _error(shares: Array) -> float:
    return float(shares.std(ddof=1) / np.sqrt(len(shares)))


def _deconvnet(results: AtlasResults, both: Pair) -> Figure:
    (one, first), (two, second) = both
    images = [int(i) for _, found in both for i in found.image.ravel() if i >= 0] if results.probes.publish else []
    sizes = [
        f"{found.seen.shape[2]} × {found.seen.shape[3]} input pixels in {network.spec.title}" for network, found in both
    ]
    return _figure(
        results,
        both,
        "deconvnet",
        "Deconvnet pictures of the second layer",
        caption=f"The {count(first.image.shape[1], 'top-activating probe image')} of "
        f"{count(len(first.units), 'unit')} of the second layer of each network, evenly spaced by index, cropped to "
        f"the receptive field ({listed(sizes)}), each above the deconvnet projection of that one activation: "
        "max-pools restore values at the positions of their maxima, convolutions are transposed, the result is "
        "rectified, normalizations are skipped. Grey is zero; each picture is scaled by its largest absolute value.",
        alt=f"Rows of image patches and deconvnet pictures: {count(first.image.size, 'pair')} of {one.spec.title}, "
        f"{count(second.image.size, 'pair')} of {two.spec.title}.",
        files=tuple(deconv_file(network.spec.name) for network, _ in both),
        shown=images,
    )


def deconv_sheet(found: Diagnosis, *, seen: bool) -> Array:
    """[H, W, 3] uint8: a column of patches for each unit, each above its deconvnet picture, GAP grey pixels around.

    Without `seen`, for probe images that may not be shown, only the deconvnet pictures.
    """
    rows = []
    for rank in range(found.image.shape[1]):
        rows += [found.seen[:, rank]] if seen else []
        rows.append(found.projected[:, rank])
    spaced = [np.pad(row, ((0, 0), (GAP, GAP), (GAP, GAP), (0, 0)), constant_values=128) for row in rows]
    return np.concatenate([np.concatenate(list(row), 1) for row in spaced], 0)
