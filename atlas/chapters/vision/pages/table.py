"""The numbers of a layer's units as a table to download (CSV), a row for each unit. Registers no page."""

from __future__ import annotations

import csv
import io

from atlas.chapters.vision.pages.context import LayerContext
from atlas.publish.page import Asset

FILE = "units.csv"
HEADER = (
    "unit", "name", "named by", "largest response", "mean", "standard deviation", "median", "90th percentile",
    "selectivity", "half of its 95 % interval", "group of objects", "AUPRC", "chance", "response to the visualization",
)  # fmt: skip


def table_file(context: LayerContext) -> Asset:
    """The file, in the folder of the layer's pages."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADER)
    table.writerows(_row(context, unit) for unit in range(context.layer.spec.units))
    return Asset(f"{context.path}{FILE}", text.getvalue().encode())


def _row(context: LayerContext, unit: int) -> tuple[object, ...]:
    """A unit; values that were not measured are empty."""
    layer, stats, name = context.layer, context.layer.stats, context.names[unit]
    dissection, picture = layer.dissection, layer.pictures.get(unit)
    values = (stats.largest, stats.mean, stats.std, stats.p50, stats.p90, *context.selectivity)
    best = int(dissection.group[unit]) if dissection.groups else -1
    scores = (_short(dissection.auprc[unit]), _short(dissection.chance[unit]))
    return (
        unit,
        name.text if name else "",
        name.rule if name else "",
        *(_short(column[unit]) for column in values),
        *((dissection.groups[best], *scores) if best >= 0 else ("", "", "")),
        _short(picture.score_max) if picture else "",
    )


def _short(value: float) -> str:
    return f"{float(value):.4g}"
