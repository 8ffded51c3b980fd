"""What is kept of a layer after its pages were written."""

from __future__ import annotations

import numpy as np

from atlas.chapters.vision.figures.sheet import WALL_UNITS, best_units
from atlas.chapters.vision.figures.unit import unit_figures
from atlas.chapters.vision.pages.context import LayerContext, LayerSummary, Tile
from atlas.chapters.vision.pages.layer import median_ratio
from atlas.publish.pixels import scaled, stretch

TILE = 56  # pixels
ROWS = WALL_UNITS  # tiles that are kept of a layer


def summary(sheet: LayerContext) -> LayerSummary:
    """The summary of a layer."""
    layer, layout = sheet.layer, sheet.layer.layout
    names, ids = layer.stats.label_names, layer.stats.label_ids
    return LayerSummary(
        name=layer.spec.name,
        title=layer.spec.title,
        units=layer.spec.units,
        spatial=layer.spec.spatial,
        field=layer.field.size,
        stride=layer.field.stride,
        pictures=len(layer.pictures),
        ratio=median_ratio(sheet),
        map=None
        if layout is None
        else {name: float(getattr(layout, name)) for name in ("trustworthiness", "continuity", "stability", "purity")},
        map_images=0 if layout is None else len(layout.xy),
        tiles=_tiles(sheet),
        favourites=tuple(sheet.label(unit) for unit in range(layer.spec.units)),
        labels=tuple(names[i] if i >= 0 else "" for i in ids[:, 0].tolist()) if ids.shape[1] else (),
        figures=_figures(sheet),
    )


def _figures(sheet: LayerContext) -> int:
    """How many figures the layer's pages show: its sheet, its map, and those of its units."""
    drawn, units = len(sheet.layer.pictures), sheet.layer.spec.units
    if not units:
        return 0
    plain = unit_figures(sheet.desk.results, sheet.network.spec, sheet.layer, 0)
    each = sum(figure.kind != "channel" for figure in plain)
    return drawn + each * units + bool(drawn) + (sheet.layer.layout is not None)


def _tiles(sheet: LayerContext) -> tuple[Tile, ...]:
    """The pictures that raise their unit the most beyond any natural image, largest first."""
    return tuple(
        Tile(
            sheet.unit(unit),
            sheet.label(unit),
            np.ascontiguousarray(scaled(stretch(sheet.layer.pictures[unit].rgb), TILE)),
        )
        for unit in best_units(sheet.layer)[:ROWS]
    )
