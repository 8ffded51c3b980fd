"""The figures of tuning: a unit's curves, and the preferences of a layer's units."""

from __future__ import annotations

import numpy as np

from atlas.core.results import AtlasResults, Figure, LayerResults
from atlas.core.specs import NetworkSpec, Unit
from atlas.core.tuning import QUANTITIES, ROUND, Tuning, hue_word, plain, traits
from atlas.publish.places import layer_page, unit_figure
from atlas.publish.provenance import provenance, terms
from atlas.publish.words import MINUS, count, listed

CURVES = ("orientation", "frequency", "hue", "size", "curvature")  # drawn as lines; the position is a map
UNITS = {"orientation": "°", "frequency": " cycles per pixel", "hue": "°", "size": " px", "curvature": " per px"}
SPREADS = {"orientation": "°", "frequency": " octaves", "hue": "°", "size": " octaves"}


def preference(tuning: Tuning, unit: int, quantity: str) -> str:
    """A preferred value and its width with their intervals: "45° (43 to 47), 40° (36 to 44) wide"; "not tuned".

    A value at the end of the stimuli is only a bound, without an interval.
    """
    value = tuning.prefers(unit, quantity)
    if value is None:
        return "not tuned"
    column = QUANTITIES.index(quantity)
    bound, width = tuning.bound(unit, quantity), float(tuning.width[unit, column])
    whole = quantity in ROUND
    interval = "" if bound else _interval(tuning.low[unit, column], tuning.high[unit, column], whole)
    around = _interval(tuning.narrow[unit, column], tuning.wide[unit, column], whole)
    spread = f", {_written(width, whole)}{SPREADS[quantity]}{around} wide" if np.isfinite(width) else ""
    name = f", {hue_word(value)}" if quantity == "hue" else ""
    return f"{bound} {_written(value, whole)}{UNITS[quantity]}{interval}{name}{spread}".strip()


def _interval(low: float, high: float, whole: bool) -> str:
    return f" ({_written(low, whole)} to {_written(high, whole)})" if np.isfinite(low + high) else ""


def _written(value: float, whole: bool) -> str:
    """A number with two significant digits, `whole` degrees without a fraction, with a real minus sign."""
    return (f"{value:.0f}" if whole else plain(float(value))).replace("-", MINUS)


def tuning_figure(results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int) -> Figure:
    """The tuning curves of a unit."""
    unit, found = Unit(network.name, layer.spec.name, index), layer.tuning
    licence, attribution = terms(())
    words = [f"{quantity} {preference(found, index, quantity)}" for quantity in CURVES]
    return Figure(
        id=f"{unit.slug}/tuning",
        kind="tuning",
        title=f"Tuning of unit {index} of {layer.spec.name}, {network.title}",
        caption="Response at the centre of the map, minus that to grey, to gratings, coloured patches, discs and arcs "
        f"in its receptive field of {found.field} px: {'; '.join(words)}. Intervals are 95 %, over phases, signs and "
        "sizes of the stimuli; widths are at half height.",
        alt=f"Tuning curves of unit {index}: {listed(list(traits(found, index))) or 'not tuned'}.",
        page=unit_figure(unit, "tuning"),
        files=(),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, network, layer, unit=index),
    )


def tunings_figure(results: AtlasResults, network: NetworkSpec, layer: LayerResults) -> Figure:
    """What the units of a layer prefer, as histograms."""
    found, name, units = layer.tuning, layer.spec.name, layer.spec.units
    licence, attribution = terms(())
    tuned = {quantity: int(np.isfinite(found.preferred[:, column]).sum()) for column, quantity in enumerate(QUANTITIES)}
    return Figure(
        id=f"{network.name}/{name}/tuning",
        kind="tunings",
        title=f"Tuning of the units of {name}, {network.title}",
        caption=f"How many of {count(units, 'unit')} prefer each orientation and each spatial frequency. Tuned to "
        f"orientation are {tuned['orientation']}, to frequency {tuned['frequency']}, to hue {tuned['hue']}, to size "
        f"{tuned['size']}. A unit is tuned where its curve varies by a quarter of its whole range, and, for "
        "orientation and hue, where it is more directed than 99 % of its shuffled values; shuffling breaks "
        "the smoothness of a curve, so that this alone is no test of significance.",
        alt=f"Histograms of preferred orientation and frequency over the units of {name}.",
        page=f"{layer_page(network.name, name)}#tuning",
        files=(),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, network, layer),
    )


def histograms(tuning: Tuning) -> dict[str, tuple[int, ...]]:
    """How many units prefer each orientation and each frequency: the stimulus that is nearest."""
    angles = tuning.preferred[:, 0][np.isfinite(tuning.preferred[:, 0])]
    steps = len(tuning.orientations)
    nearest = np.rint(angles / 180 * steps).astype(int) % steps
    waves = np.log(tuning.preferred[:, 1][np.isfinite(tuning.preferred[:, 1])])
    apart = np.abs(waves[:, None] - np.log(tuning.frequencies)[None])
    return {
        "orientation": tuple(np.bincount(nearest, minlength=steps).tolist()),
        "frequency": tuple(np.bincount(apart.argmin(1), minlength=len(tuning.frequencies)).tolist()),
    }
