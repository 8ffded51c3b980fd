"""Figures of many feature visualizations: the units of a layer, and the wall of the whole atlas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from atlas.core.results import AtlasResults, Figure, LayerResults, NetworkResults
from atlas.core.specs import NetworkSpec, Unit
from atlas.publish.places import layer_page, picture_file
from atlas.publish.provenance import LICENCE, provenance, terms
from atlas.publish.words import count, listed, number


def units_figure(results: AtlasResults, network: NetworkSpec, layer: LayerResults) -> Figure:
    """The sheet of all feature visualizations of a layer, in the order of its units."""
    name, shown = layer.spec.name, sorted(layer.pictures)
    licence, attribution = terms(())
    return Figure(
        id=f"{network.name}/{name}/units",
        kind="units",
        title=f"Feature visualizations of {name}, {network.title}",
        caption=f"{_share(len(shown), layer.spec.units)} of {name}, each shown by its feature visualization."
        f"{_ratio_sentence(layer)}",
        alt=f"Sheet of {count(len(shown), 'feature visualization')}, one a unit of {name} in {network.title}.",
        page=f"{layer_page(network.name, name)}#units",
        files=tuple(picture_file(Unit(network.name, name, index)) for index in shown),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, network, layer),
    )


def wall_figure(results: AtlasResults, shown: Sequence[Unit]) -> Figure:
    """The wall of the home page: units of every network, from its first layer to its classes, which have pictures."""
    networks = [network.spec for network in results.networks]
    units = sum(spec.layer(name).units for spec, names in _layers(results) for name in names)
    rows = [f"{spec.title} ({spec.year})" for spec in networks]
    layers = len({(unit.network, unit.layer) for unit in shown})
    return Figure(
        id="wall",
        kind="wall",
        title="The wall of units",
        caption=f"{len(shown):,} of {count(units, 'unit')}, from {count(layers, 'layer')} of {listed(rows)}: in each "
        "layer the units most strongly activated by their own feature visualization.",
        alt=f"Wall of {count(len(shown), 'feature visualization')} from {listed([spec.title for spec in networks])}.",
        page="index.html#wall",
        files=tuple(picture_file(unit) for unit in shown),
        licence=LICENCE,
        attribution=terms(())[1],
        provenance={
            "networks": [provenance(results, spec) for spec in networks],
            "units": [unit.slug for unit in shown],
        },
    )


def _layers(results: AtlasResults) -> list[tuple[NetworkSpec, tuple[str, ...]]]:
    return [(network.spec, network.layer_names) for network in results.networks]


WALL_ROWS = {1: 6, 2: 3, 3: 2, 4: 2}  # units in a column, by the number of networks; else 1
WALL_COLUMNS = 18  # of one network, at most
CLASS_COLUMNS = 5  # of these, for its classes
WALL_UNITS = max(WALL_ROWS.values())  # units of one layer, at most


def wall_units(results: AtlasResults) -> tuple[Unit, ...]:
    """The units on the wall: networks by year, layers in order, in each layer the best units."""
    rows = WALL_ROWS.get(len(results.networks), 1)
    networks = sorted(results.networks, key=lambda network: (network.spec.year, network.spec.name))
    return tuple(unit for network in networks for unit in _units_of(network, rows))


def _units_of(network: NetworkResults, rows: int) -> Iterator[Unit]:
    drawn = {name: best_units(network.load(name)) for name in network.layer_names}
    for name, ranks in wall_columns({name: len(units) for name, units in drawn.items()}, rows):
        for rank in ranks:
            yield Unit(network.spec.name, name, drawn[name][rank])


def wall_columns(pictured: Mapping[str, int], rows: int) -> list[tuple[str, tuple[int, ...]]]:
    """The columns of one network on the wall: for each its layer and the ranks of its units from top to bottom.

    `pictured` counts each layer's pictures, first layer first. The last columns show classes, which have names. The
    other columns are spread evenly over the layers: several for each layer of a shallow network, one for some layers of
    a deep one.
    """
    names = wall_layers([name for name, units in pictured.items() if units])
    before, rest = names[:-1], WALL_COLUMNS - CLASS_COLUMNS
    columns = []
    for index, name in enumerate(before):
        share = sum(column * len(before) // rest == index for column in range(rest))
        columns += _columns_of(name, pictured[name], share, rows)
    for name in names[-1:]:
        columns += _columns_of(name, pictured[name], CLASS_COLUMNS, rows)
    return columns


def _columns_of(name: str, pictures: int, share: int, rows: int) -> list[tuple[str, tuple[int, ...]]]:
    units = min(pictures, WALL_UNITS)
    many = max(1, min(share, units // rows))
    return [(name, tuple(range(first, units, many))[:rows]) for first in range(many)]


def best_units(layer: LayerResults) -> list[int]:
    """The units with a picture, by their largest response to it, largest first."""
    score = {index: picture.score_max for index, picture in layer.pictures.items()}
    return sorted(score, key=lambda index: (-score[index], index))


def wall_layers(names: Sequence[str]) -> list[str]:
    """The layers of one network on the wall: all, or as many as fit, spread evenly from the first to the last."""
    most = WALL_COLUMNS - CLASS_COLUMNS + 1
    if len(names) <= most:
        return list(names)
    return [names[round(i * (len(names) - 1) / (most - 1))] for i in range(most)]


def _share(shown: int, units: int) -> str:
    return f"All {count(units, 'unit')}" if shown == units else f"{shown:,} of the {count(units, 'unit')}"


def median_ratio(layer: LayerResults) -> float | None:
    """Median over pictured units of (largest response to the picture) / (largest response to any probe image).

    Units that no probe image brings above zero are left out, and so are responses that are not finite; None where no
    unit is left.
    """
    natural = layer.stats.largest.astype(float)
    ratios = [picture.score_max / natural[i] for i, picture in layer.pictures.items() if natural[i] > 0]
    ratios = [ratio for ratio in ratios if np.isfinite(ratio)]
    return float(np.median(ratios)) if ratios else None


def _ratio_sentence(layer: LayerResults) -> str:
    ratio = median_ratio(layer)
    if ratio is None:
        return ""
    images = count(int(layer.stats.counts[0].sum()), "probe image")
    return (
        f" In the median, a unit's response to its visualization is {number(ratio, 2)} times the largest response to "
        f"any of {images}."
    )
