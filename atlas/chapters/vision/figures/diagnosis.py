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
FAINT = 0.1  # of the layer's median spread: a filter that moves less than this hardly answers anything
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
    """The dead first filters: never above zero on any probe image, or with a spread below FAINT of the median's."""
    silent = found.positive <= 0
    faint = found.spread < FAINT * np.median(found.spread)
    return np.flatnonzero(silent | faint).tolist()


def relative(values: Array) -> Array:
    """Each value over the median of all, largest first."""
    out: Array = np.sort(values)[::-1] / max(float(np.median(values)), 1e-12)
    return out


def findings(both: Pair) -> str:
    """What the numbers say, against what the paper saw on its own networks."""
    (one, first), (two, second) = both
    shares = [
        [f"{number(100 * float(share.mean()), 2)}\u202f%" for share in found.aliased] for found in (first, second)
    ]
    return (
        f"Zeiler and Fergus found dead first filters and aliasing in AlexNet, and made the first kernel and its stride "
        f"smaller. Here {_dead_clause(one, first)}, {_dead_clause(two, second)}. Of the power of a first-layer map "
        f"{shares[0][0]} lies above what {one.spec.title}'s stride of {first.strides[0]} can carry and "
        f"{shares[1][0]} above what {two.spec.title}'s stride of {second.strides[0]} can: {_compared(first, second, 0)}. In "
        f"the second layer, with a stride of {first.strides[1]} and {second.strides[1]} input pixels, it is "
        f"{shares[0][1]} and {shares[1][1]}: {_compared(first, second, 1)}."
    )


def _compared(first: Diagnosis, second: Diagnosis, layer: int) -> str:
    """Whether the younger network folds less over, as far as units differ among themselves."""
    one, two = first.aliased[layer], second.aliased[layer]
    gap, sure = float(one.mean() - two.mean()), 2 * float(np.hypot(_error(one), _error(two)))
    if abs(gap) <= sure:
        return "no difference beyond two standard errors over units"
    return "less is folded over" if gap > 0 else "more is folded over"


def _dead_clause(network: NetworkResults, found: Diagnosis) -> str:
    many = len(dead(found))
    return (
        f"{network.spec.title} has {many or 'no'} dead {'filters' if many > 1 else 'filter'} among {len(found.norms)}"
    )


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
    told = [f"{network.spec.title} {_named(dead(found))}" for network, found in both]
    probed = count(both[0][1].probed, "probe image")
    lowest = [f"{number(float(relative(found.spread)[-1]), 2)} in {network.spec.title}" for network, found in both]
    return _figure(
        results, both, "dead", "Dead first filters",
        caption=f"How much each first-layer filter answers: the standard deviation of its response over all positions of {probed}, "
        f"over the median of its layer, largest first, on a logarithmic scale; the smallest are {listed(lowest)}. A filter "
        f"counts as dead if that is below {number(FAINT, 1)} or if no image brings it above zero anywhere: "
        f"{listed(told)}.",
        alt=f"Two falling curves, one a network, with a line at {number(FAINT, 1)}.",
    )  # fmt: skip


def _named(filters: list[int]) -> str:
    return f"has {count(len(filters), 'dead filter')}" + (f" ({listed([str(i) for i in filters])})" if filters else "")


def _filters(results: AtlasResults, both: Pair) -> Figure:
    told = [f"{percent(float(found.filters_above.mean()))} in {network.spec.title} (stride {found.strides[0]})"
            for network, found in both]  # fmt: skip
    return _figure(
        results, both, "filters", "Spectra of the first filters",
        caption="How the power of the first-layer filters is spread over frequency, averaged over filters, each filter counting the "
        "same; a frequency is the larger of the horizontal and the vertical one, in cycles per input pixel. Thin lines are "
        f"each network's Nyquist frequency. Above it lie on average {listed(told)}: what a filter answers there, its map folds over.",
        alt="Two spectra of filters, one a network, each with its Nyquist frequency.",
    )  # fmt: skip


def _maps(results: AtlasResults, both: Pair) -> Figure:
    told = [
        f"{network.spec.title} {number(100 * float(found.aliased[0].mean()))} ± {number(100 * _error(found.aliased[0]), 2)} % "
        f"and {number(100 * float(found.aliased[1].mean()))} ± {number(100 * _error(found.aliased[1]), 2)} %"
        for network, found in both
    ]  # fmt: skip
    return _figure(
        results, both, "maps", "Spectra of the first two layers' maps",
        caption="The same for the maps of the first (left) and the second layer (right), computed at every input pixel over "
        f"{count(both[0][1].images, 'probe image')}, without each map's mean, before the nonlinearity. The network itself "
        "reads them at its stride, which folds over what lies above the Nyquist frequency (thin lines). That share, averaged over the "
        f"layer's units, in the first and the second layer: {listed(told, 'against')} (± one standard error over units).",
        alt="Spectra of first-layer and second-layer maps, each network's beside the other's, with Nyquist frequencies.",
    )  # fmt: skip


def _error(shares: Array) -> float:
    return float(shares.std(ddof=1) / np.sqrt(len(shares)))


def _deconvnet(results: AtlasResults, both: Pair) -> Figure:
    (one, first), (two, second) = both
    images = [int(i) for _, found in both for i in found.image.ravel() if i >= 0] if results.probes.publish else []
    sizes = [
        f"{found.seen.shape[2]} × {found.seen.shape[3]} input pixels in {network.spec.title}" for network, found in both
    ]
    return _figure(
        results, both, "deconvnet", "Deconvnet pictures of the second layer",
        caption=f"For {count(len(first.units), 'unit')} of the second layer of each network, spread evenly by number, the "
        f"{count(first.image.shape[1], 'probe image')} that they answer most, cut to what the unit saw ({listed(sizes)}), each above "
        "what the deconvnet makes of that one activation: max-pools put values back where their maxima were, convolutions are "
        "transposed, what comes down is rectified (normalizations are passed over). Grey is zero; each picture is scaled by "
        "its own largest value.",
        alt=f"Rows of image patches and deconvnet pictures: {count(first.image.size, 'pair')} of {one.spec.title}, "
        f"{count(second.image.size, 'pair')} of {two.spec.title}.",
        files=tuple(deconv_file(network.spec.name) for network, _ in both),
        shown=images,
    )  # fmt: skip


def deconv_sheet(found: Diagnosis, *, seen: bool) -> Array:
    """[H, W, 3] uint8: pairs (patch above its deconvnet picture) in columns, a column a unit, GAP grey pixels around each.

    Without `seen`, where the probe images may not be shown, only the deconvnet pictures.
    """
    rows = []
    for place in range(found.image.shape[1]):
        rows += [found.seen[:, place]] if seen else []
        rows.append(found.projected[:, place])
    spaced = [np.pad(row, ((0, 0), (GAP, GAP), (GAP, GAP), (0, 0)), constant_values=128) for row in rows]
    return np.concatenate([np.concatenate(list(row), 1) for row in spaced], 0)
