"""The summary of a layer, made after its pages were written."""

from __future__ import annotations

import numpy as np

from atlas.chapters.vision.figures.map import is_measured
from atlas.chapters.vision.figures.sheet import WALL_UNITS, best_units, median_ratio
from atlas.chapters.vision.figures.unit import unit_figures
from atlas.chapters.vision.findings import counts
from atlas.chapters.vision.levels import STRONGEST
from atlas.chapters.vision.pages.context import LayerContext, LayerSummary, Tile
from atlas.chapters.vision.pages.finding import layer_findings
from atlas.publish.pixels import scaled, stretch

TILE = 56  # pixels
QUALITY = ("trustworthiness", "continuity", "stability", "purity", "purity_shuffled")  # of a map
CLASS_IMAGES = 4  # of a class, on its page over all networks
ROWS = WALL_UNITS  # tiles that are kept of a layer


def summary(context: LayerContext) -> LayerSummary:
    """The summary of a layer."""
    layer, layout = context.layer, context.layer.layout
    return LayerSummary(
        name=layer.spec.name,
        title=layer.spec.title,
        units=layer.spec.units,
        spatial=layer.spec.spatial,
        field=layer.field.size,
        field_known=layer.field.known,
        stride=layer.field.stride,
        pictures=len(layer.pictures),
        ratio=median_ratio(layer),
        map={}
        if layout is None or not is_measured(layout)
        else {name: float(getattr(layout, name)) for name in QUALITY},
        map_images=0 if layout is None else len(layout.xy),
        degenerate=context.degenerate,
        tiles=_tiles(context),
        names=context.names,
        counts=counts(layer.spec.name, context.names, layer.dissection, layer.tuning),
        findings=layer_findings(context),
        strongest=_strongest(context) if context.is_logits else (),
        figures=_figures(context),
    )


def _figures(context: LayerContext) -> int:
    """The number of figures on the layer's pages: its sheet, map, groups, tuning and names, and those of its units."""
    drawn, units = len(context.layer.pictures), context.layer.spec.units
    if not units:
        return 0
    plain = unit_figures(context.atlas.results, context.network.spec, context.layer, 0)
    each = sum(figure.kind != "channel" for figure in plain)
    whole = bool(drawn) + (context.layer.layout is not None) + bool(context.layer.dissection.groups)
    whole += bool(context.layer.tuning.field) + (not context.is_logits)
    return drawn + each * units + whole


def _strongest(context: LayerContext) -> tuple[tuple[int, ...], ...]:
    """The first top-activating images of each unit."""
    table = context.layer.examples
    shown = table.image[:, np.array(table.levels) == STRONGEST][:, :CLASS_IMAGES]
    return tuple(tuple(index for index in row if index >= 0) for row in shown.tolist())


def _tiles(context: LayerContext) -> tuple[Tile, ...]:
    """The pictures with the largest responses of their own units, largest first."""
    return tuple(
        Tile(
            context.unit(unit),
            context.label(unit),
            np.ascontiguousarray(scaled(stretch(context.layer.pictures[unit].rgb), TILE)),
        )
        for unit in best_units(context.layer)[:ROWS]
    )
