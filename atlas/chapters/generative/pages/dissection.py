"""Ablation and insertion of single units: a page for each layer with its dissected units, and a page for each unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from atlas.chapters.generative.dissect import VISIBLE, Dissection
from atlas.chapters.generative.figures.tiles import UNIT_TILES, unit_tiles
from atlas.chapters.generative.figures.units import GREY, rank_of
from atlas.chapters.generative.places import dissected_unit_page, dissection_page, picture_file
from atlas.chapters.generative.records import GeneratorResults
from atlas.core.results import Figure
from atlas.publish.page import Asset, Item, Page
from atlas.publish.pixels import avif, tiled


@dataclass(frozen=True)
class DissectedUnit:
    """A row of the layer's page, and what the lede of the unit's own page reports."""

    unit: int
    file: str
    amount: float  # mean change of a pixel under ablation, in grey levels
    changed: float  # share of the pixels that change visibly
    rank: int  # from 1, the largest amount


def pages(generator: GeneratorResults, layer: str, figures: Mapping[str, Figure]) -> Iterator[Item]:
    """The page of a layer, the unit with the largest effect first, and those of its units, by index."""
    spec, found = generator.spec, generator.units.dissections[layer]
    units = [_unit(spec.name, layer, found, index) for index in range(len(found.units))]
    shared = {
        "spec": spec,
        "layer": next(one for one in spec.layers if one.name == layer),
        "columns": UNIT_TILES,
        "visible": f"{GREY * VISIBLE:g}",
    }
    for index, one in enumerate(units):
        tiles = unit_tiles(found.row(index))
        yield Asset(one.file, avif(tiled(list(tiles), UNIT_TILES), photographs=True))
        values = shared | _around(units, index) | {"one": one, "figure": figures[f"{layer}-{one.unit}"]}
        yield Page(dissected_unit_page(spec.name, layer, one.unit), "generative/dissected_unit.html", values)
    values = shared | _layer(generator, layer, units) | {"figure": figures[f"units-{layer}"]}
    yield Page(dissection_page(spec.name, layer), "generative/dissection.html", values)


def _around(units: Sequence[DissectedUnit], index: int) -> dict[str, int | None]:
    """Where a unit's page is among those of its layer."""
    return {
        "before": units[index - 1].unit if index else None,
        "place": index + 1,
        "many": len(units),
        "after": units[index + 1].unit if index + 1 < len(units) else None,
    }


def _layer(generator: GeneratorResults, layer: str, units: Sequence[DissectedUnit]) -> dict[str, object]:
    """What the page of a layer shows besides its figure."""
    study, size = generator.units, generator.spec.size
    return {
        "units": sorted(units, key=lambda one: -one.amount),
        "width": study.widths[study.layers.index(layer)],
        "side": size * (2 if size < 64 else 1),
        "layers": study.layers,
    }


def _unit(generator: str, layer: str, found: Dissection, index: int) -> DissectedUnit:
    unit = int(found.units[index])
    return DissectedUnit(
        unit=unit,
        file=picture_file(generator, f"{layer}-{unit}"),
        amount=GREY * float(found.ablated[index]),
        changed=float(found.changed[index]),
        rank=rank_of(found.ablated, index),
    )
