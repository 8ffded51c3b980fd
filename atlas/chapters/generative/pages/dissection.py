"""What single units of a generator draw: a page for each layer, all its dissected units in rows, and a page for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from atlas.chapters.generative.figures.generator import rank_of
from atlas.chapters.generative.figures.tiles import UNIT_TILES, unit_tiles
from atlas.chapters.generative.places import drawn_file, drawn_layer_page, drawn_page
from atlas.chapters.generative.records import GeneratorResults
from atlas.core.results import Figure
from atlas.core.specs import Array
from atlas.publish.page import Asset, Item, Page
from atlas.publish.pixels import avif, tiled


def pages(generator: GeneratorResults, layer: str, figures: Mapping[str, Figure]) -> Iterator[Item]:
    """The page of a layer, the most telling unit first, and those of its units, in the order of their numbers."""
    spec, found = generator.spec, _of_layer(generator, layer)
    told = {"spec": spec, "layer": next(one for one in spec.layers if one.name == layer), "columns": UNIT_TILES}
    units = [_unit(spec.name, layer, found, place) for place in range(len(found["units"]))]
    for place, one in enumerate(units):
        yield Asset(one["file"], avif(tiled(list(unit_tiles(found, place)), UNIT_TILES), photographs=True))
        around = {"before": units[place - 1]["unit"] if place else None, "place": place + 1, "many": len(units),
                  "after": units[place + 1]["unit"] if place + 1 < len(units) else None}  # fmt: skip
        figure = figures[f"{layer}-{one['unit']}"]
        yield Page(
            drawn_page(spec.name, layer, one["unit"]),
            "generative/dissected_unit.html",
            told | one | around | {"figure": figure},
        )
    ranked = sorted(units, key=lambda one: -one["amount"])
    facts = generator.facts["dissections"]
    context = {"units": ranked, "width": facts["widths"][facts["layers"].index(layer)], "figure": figures[f"units-{layer}"], "side": spec.size * (2 if spec.size < 64 else 1),
               "layers": facts["layers"]}  # fmt: skip
    yield Page(drawn_layer_page(spec.name, layer), "generative/dissection.html", told | context)


def _of_layer(generator: GeneratorResults, layer: str) -> dict[str, Array]:
    arrays = generator.arrays["dissections"]
    return {key.partition("/")[2]: value for key, value in arrays.items() if key.startswith(f"{layer}/")}


def _unit(generator: str, layer: str, found: Mapping[str, Array], place: int) -> dict[str, Any]:
    unit = int(found["units"][place])
    return {
        "unit": unit,
        "file": drawn_file(generator, f"{layer}-{unit}"),
        "amount": 255 * float(found["ablated"][place]),
        "percentile": float(found["percentile"][place]),
        "changed": float(found["changed"][place]),
        "rank": rank_of(found["ablated"], place),
    }
