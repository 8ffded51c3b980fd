"""What single units of a generator draw: a page for each layer, all its dissected units in rows, and a page for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from PIL import Image

from atlas.figures.generative import rank_of
from atlas.figures.places import drawn_file, drawn_layer_page, drawn_page
from atlas.measured import Figure, GeneratorResults
from atlas.types import Array
from atlas.views.page import Asset, Item, Page
from atlas.views.pixels import avif, tiled

COLUMNS = 12  # pictures of a unit: on the most (4), where (1), without it (4), what changes (1), before and after (2)


def pages(generator: GeneratorResults, layer: str, figures: Mapping[str, Figure]) -> Iterator[Item]:
    """The page of a layer, the most telling unit first, and those of its units, in the order of their numbers."""
    spec, found = generator.spec, _of_layer(generator, layer)
    told = {"spec": spec, "layer": next(one for one in spec.layers if one.name == layer), "columns": COLUMNS}
    units = [_unit(spec.name, layer, found, place) for place in range(len(found["units"]))]
    for place, one in enumerate(units):
        yield Asset(one["file"], avif(_row(found, place), photographs=True))
        around = {"before": units[place - 1]["unit"] if place else None, "place": place + 1, "many": len(units),
                  "after": units[place + 1]["unit"] if place + 1 < len(units) else None}  # fmt: skip
        figure = figures[f"{layer}-{one['unit']}"]
        yield Page(drawn_page(spec.name, layer, one["unit"]), "drawn.html", told | one | around | {"figure": figure})
    ranked = sorted(units, key=lambda one: -one["amount"])
    facts = generator.facts["dissections"]
    context = {"units": ranked, "width": facts["widths"][facts["layers"].index(layer)], "figure": figures[f"units-{layer}"], "side": spec.size * (2 if spec.size < 64 else 1),
               "layers": facts["layers"]}  # fmt: skip
    yield Page(drawn_layer_page(spec.name, layer), "dissection.html", told | context)


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
        "rank": rank_of(found["ablated"], place),
    }


def _row(found: Mapping[str, Array], place: int) -> Array:
    change = found["map"][place]
    heat = np.rint(255 * change / max(float(change.max()), 1e-9)).astype(np.uint8)[..., None].repeat(3, 2)
    where = _over(found["top"][place][0], found["heat"][place][0])
    return tiled([*found["top"][place], where, *found["without"][place], heat, *found["inserted"][place]], COLUMNS)


def _over(rgb: Array, heat: Array) -> Array:
    """A picture [S, S, 3] dimmed where the unit's own map [h, w] (255 = its largest value) is off."""
    size = rgb.shape[0]
    mask = (
        np.asarray(Image.fromarray(heat).resize((size, size), Image.Resampling.BILINEAR), np.float32)[..., None] / 255
    )
    found: Array = np.rint(rgb * (0.15 + 0.85 * mask)).astype(np.uint8)
    return found
