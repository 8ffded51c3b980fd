"""The page of a layer: its map, its feature visualizations, and the top-activating image of every unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from atlas.chapters.vision.degenerate import KINDS, DegenerateUnits
from atlas.chapters.vision.figures.groups import group_rows, groups_figure
from atlas.chapters.vision.figures.map import compared, is_measured
from atlas.chapters.vision.figures.names import SHOWN as SHOWN_UNITS
from atlas.chapters.vision.figures.names import name_rows, names_figure
from atlas.chapters.vision.figures.sheet import median_ratio, units_figure
from atlas.chapters.vision.figures.tuning import tunings_figure
from atlas.chapters.vision.pages import LAYER_PAGES
from atlas.chapters.vision.pages.context import LayerContext
from atlas.chapters.vision.pages.examples import strongest
from atlas.chapters.vision.pages.finding import layer_findings
from atlas.chapters.vision.pages.map import small_map_file
from atlas.chapters.vision.pages.region import places, regions
from atlas.chapters.vision.pages.table import table_file
from atlas.chapters.vision.pages.tuning import bars
from atlas.core.results import Picture
from atlas.core.specs import Array
from atlas.publish.page import Asset, Item, Page
from atlas.publish.pixels import avif, contact_sheet, scaled
from atlas.publish.places import figure_page, layer_page, picture_file
from atlas.publish.script import put

GROUP = 256  # units in one group; several groups are folded, and the sheet of one loads when it is opened
COLUMNS = 16  # of a sheet; the style sheet counts on it
SIDE = 48  # pixels
SHOWN = 12  # pictures that a layer's page shows at once; the others unfold, so that the first view stays light
# Up to this number of pictures the folded ones are part of the page; above it a script makes them.
INLINE = 128
LISTED = 60  # degenerate units of one kind that a layer's page links
WORDS = 16  # of names that the table shows


@dataclass(frozen=True)
class UnitGroup:
    """Units `first` to `last` and the sheet of their top-activating images (None: they may not be shown)."""

    first: int
    last: int
    rows: int
    file: str | None


@dataclass(frozen=True)
class DegenerateRow:
    """A kind of degenerate units: how many the layer has, and the first of them."""

    title: str
    count: int
    units: tuple[int, ...]


def pages(context: LayerContext) -> Iterator[Item]:
    """The page, a sheet of examples for each group, and the numbers by which the page sorts."""
    groups = _groups(context)
    for group in groups:
        if group.file is not None:
            yield Asset(group.file, avif(_examples(context, group), quality=45, photographs=True))
    yield Asset(f"{context.path}units.js", put("units", _columns(context)))
    yield table_file(context)
    if context.layer.cells is not None:
        yield Asset(f"{context.path}regions.js", put("regions", regions(context, context.layer.cells)))
    yield Page(
        layer_page(context.network.spec.name, context.layer.spec.name), "vision/layer.html", _values(context, groups)
    )


def _groups(context: LayerContext) -> tuple[UnitGroup, ...]:
    name, units = f"{context.network.spec.name}/{context.layer.spec.name}", context.layer.spec.units
    return tuple(
        UnitGroup(first, last, -(-(last + 1 - first) // COLUMNS), file if context.atlas.pixels else None)
        for first in range(0, units, GROUP)
        for last in [min(first + GROUP, units) - 1]
        for file in [f"pictures/{name}/examples-{first // GROUP}.avif"]
    )


def _examples(context: LayerContext, group: UnitGroup) -> Array:
    return contact_sheet([_thumb(context, unit) for unit in range(group.first, group.last + 1)], COLUMNS, SIDE)


def _thumb(context: LayerContext, unit: int) -> Array | None:
    """The top-activating image of a unit, cropped and scaled to SIDE."""
    pixels, found = context.atlas.pixels, strongest(context, unit)
    if pixels is None or found is None:
        return None
    image = np.asarray(pixels[int(context.layer.examples.image[unit, 0])])
    return scaled(found[1].cut(image), SIDE)


def _columns(context: LayerContext) -> dict[str, object]:
    """The numbers by which units are sorted and filtered, a list of each."""
    stats, pictures = context.layer.stats, context.layer.pictures
    return {
        "map": places(context.layer.cells) if context.layer.cells is not None else None,
        "largest": np.round(stats.largest.astype(float), 3).tolist(),
        "selectivity": np.round(context.selectivity[0].astype(float), 3).tolist(),
        "strength": np.round(context.strength.astype(float), 2).tolist(),
        "score": [_score(pictures.get(unit)) for unit in range(context.layer.spec.units)],
    }


def _score(picture: Picture | None) -> float | None:
    """The response to a unit's picture, for sorting; None without one, or where it is not finite."""
    return round(float(picture.score_max), 3) if picture is not None and np.isfinite(picture.score_max) else None


def _values(context: LayerContext, groups: tuple[UnitGroup, ...]) -> dict[str, object]:
    layer, spec = context.layer, context.network.spec
    names = context.network.layer_names
    position = names.index(layer.spec.name)
    return {
        "context": context,
        "figure": units_figure(context.atlas.results, spec, layer),
        "pictures": [(unit, context.label(unit), picture_file(context.unit(unit))) for unit in sorted(layer.pictures)],
        "shown": SHOWN,
        "inline": len(layer.pictures) <= INLINE,
        "groups": groups,
        "columns": COLUMNS,
        "labels": [context.label(unit) for unit in range(layer.spec.units)],
        "ratio": median_ratio(layer),
        "images": int(layer.stats.counts[0].sum()),
        "map_file": small_map_file(spec.name, layer.spec.name) if layer.cells else None,
        "measured": layer.layout is not None and is_measured(layer.layout),
        "compared": compared(layer.layout) if layer.layout is not None else 0,
        "degenerate": _degenerate(context.degenerate),
        "map_figure": figure_page(f"{spec.name}/{layer.spec.name}/map"),
        "made": context.provenance,
        "dissection": groups_figure(context.atlas.results, spec, layer) if layer.dissection.groups else None,
        "rows": group_rows(layer.dissection),
        "findings": layer_findings(context),
        "names": None if context.is_logits else names_figure(context.atlas.results, spec, layer, context.names),
        "name_rows": name_rows(context.names),
        "linked": SHOWN_UNITS,
        "most": WORDS,
        "tuning": tunings_figure(context.atlas.results, spec, layer) if layer.tuning.field else None,
        "tuning_bars": bars(layer.tuning) if layer.tuning.field else (),
        "previous": names[position - 1] if position else None,
        "next": names[position + 1] if position + 1 < len(names) else None,
    }


def _degenerate(found: DegenerateUnits) -> tuple[DegenerateRow, ...]:
    """A row for each kind of which the layer has units."""
    rows = ((title, np.flatnonzero(getattr(found, kind)).tolist()) for kind, title in KINDS.items())
    return tuple(DegenerateRow(title, len(units), tuple(units[:LISTED])) for title, units in rows if units)


LAYER_PAGES.add("layer", pages)
