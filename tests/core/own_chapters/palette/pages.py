"""Its page, a page for each colour, its place in menu and index, and what it adds to the page of a unit."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from atlas.chapters.palette.figures import PAGE, all_figures, palette_of

from atlas.core.results import LayerResults, NetworkResults
from atlas.publish.context import AtlasContext
from atlas.publish.index import IndexEntries, IndexSection
from atlas.publish.page import Item, MenuEntry, Page
from atlas.publish.slots import Filling

Written = Mapping[str, object]


def pages(context: AtlasContext, written: Written) -> Iterator[Item]:
    palette, [figure] = palette_of(context.results), all_figures(context.results)
    colours = list(zip(palette.names, palette.images.tolist(), strict=True))
    yield Page(PAGE, "palette.html", {"colours": colours, "figure": figure, "figures": [figure]})
    for name, images in colours:
        yield Page(
            f"palette/{name}/index.html", "palette.html", {"colours": [(name, images)], "figure": figure, "figures": []}
        )


def menu(context: AtlasContext) -> list[MenuEntry]:
    return [MenuEntry("Palette", PAGE)]


def index(context: AtlasContext, written: Written) -> Iterator[IndexEntries]:
    names = palette_of(context.results).names
    yield IndexSection(PAGE, PAGE, "Palette", "colours", "Colours", names, "colour"), [(name, "hue") for name in names]


def counts(context: AtlasContext, written: Written) -> dict[str, int]:
    return {"figures": 1}


def record(context: AtlasContext, written: Written) -> dict[str, Any]:
    return {"palette": palette_of(context.results).names}


def _on_unit(context: AtlasContext, network: NetworkResults, layer: LayerResults, index: int) -> Iterator[Filling]:
    best = int(layer.examples.image[index, 0])
    if best >= 0 and context.pixels:
        rgb = np.asarray(context.pixels[best]).mean((0, 1)).round().astype(int).tolist()
        yield Filling("mean_colour.html", {"rgb": rgb})


SLOTS = {"unit": _on_unit}
