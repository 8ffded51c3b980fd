"""The page of a unit: its feature visualization, dataset examples, activation histogram and most correlated units."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atlas.chapters.vision.figures.unit import (
    TITLES,
    channel_figure,
    figure_title,
    histogram_caption,
    score_sentence,
    selective_rows,
)
from atlas.chapters.vision.pages import LAYER_PAGES
from atlas.chapters.vision.pages.context import LayerContext
from atlas.chapters.vision.pages.examples import has_heat, strips, strongest
from atlas.chapters.vision.pages.heat import UNITS, heat_sheet, relevance_sheet
from atlas.chapters.vision.pages.matches import best_match, match_data
from atlas.chapters.vision.pages.tuning import tuning_curves
from atlas.core.groups import Profile
from atlas.core.results import Figure
from atlas.core.tuning import sentence
from atlas.publish.cite import cite_base, made_from
from atlas.publish.histogram import Histogram, histogram
from atlas.publish.metadata import xmp
from atlas.publish.page import Asset, Item, Page
from atlas.publish.pixels import avif, stretch
from atlas.publish.places import picture_file, unit_page
from atlas.publish.provenance import LICENCE
from atlas.publish.script import put
from atlas.publish.words import number, short

SHOWN = 3  # strongest images whose labels a page names where no class stands out
FINE = 5  # images enlarged this much show their pixels


@dataclass(frozen=True)
class Ranked:
    """A class, a label or a group that a unit is selective for: the mean response, and half of its interval."""

    name: str
    mean: str
    margin: str


@dataclass(frozen=True)
class Heat:
    """The sheet with the responses that are laid over the examples of a unit, in the folder of the layer's pages.

    `unit` is the first row of the unit's tiles in it, `columns` the tiles in a row, `levels` the rows for a unit.
    `response` and `relevance` are the sheets, "" where there is none.
    """

    response: str
    relevance: str
    unit: int
    columns: int
    levels: int


@dataclass(frozen=True)
class CorrelatedUnit:
    """A unit of the same layer: its words, whether it has a picture, its correlation."""

    index: int
    words: str
    picture: bool
    correlation: float


def pages(context: LayerContext) -> Iterator[Item]:
    """The page of every unit of the layer, with its pictures, response overlays, citation and match data."""
    yield Asset(f"{context.path}cite.js", put("cite", cite_data(context)))
    if context.layer.matched_units:
        yield Asset(f"{context.path}twins.js", put("twins", match_data(context)))
    if context.atlas.results.probes.publish and has_heat(context.layer.examples):
        for first in range(0, context.layer.spec.units, UNITS):
            yield Asset(f"{context.path}{_heat_file(first)}", heat_sheet(context.layer.examples, first))
    yield from _relevance_sheets(context)
    for unit in range(context.layer.spec.units):
        if unit in context.layer.pictures:
            yield _picture(context, unit)
        yield Page(unit_page(context.unit(unit)), "vision/unit.html", _values(context, unit))


def _relevance_sheets(context: LayerContext) -> Iterator[Item]:
    relevance, table = context.layer.relevance, context.layer.examples
    if context.atlas.results.probes.publish:
        for first in sorted({unit - unit % UNITS for unit in relevance.units.tolist()}):
            yield Asset(f"{context.path}{_relevance_file(first)}", relevance_sheet(relevance, table, first))


def _relevance_file(unit: int) -> str:
    return f"relevance-{unit // UNITS}.webp"


def _heat_file(unit: int) -> str:
    return f"heat-{unit // UNITS}.webp"


def _heat(context: LayerContext, unit: int) -> Heat | None:
    table = context.layer.examples
    response = _heat_file(unit) if has_heat(table) else ""
    relevance = _relevance_file(unit) if unit in context.layer.relevance.units else ""
    if not context.atlas.results.probes.publish or not (response or relevance):
        return None
    levels = dict.fromkeys(table.levels)
    columns = max(table.levels.count(level) for level in levels)
    return Heat(response, relevance, unit % UNITS * len(levels), columns, len(levels))


def _picture(context: LayerContext, unit: int) -> Asset:
    figure = channel_figure(context.atlas.results, context.network.spec, context.layer, unit)
    metadata = xmp(figure, context.atlas.base_url, brief=True, imprint=context.atlas.imprint)
    return Asset(picture_file(context.unit(unit)), avif(stretch(context.layer.pictures[unit].rgb), xmp=metadata))


def _values(context: LayerContext, unit: int) -> dict[str, object]:
    layer, stats = context.layer, context.layer.stats
    return {
        "context": context,
        "index": unit,
        "title": context.title(unit),
        "label": context.label(unit),
        "largest": float(stats.largest[unit]),
        "rank": int(context.ranks[unit]),
        "histogram": _histogram(context, unit),
        "spread": histogram_caption(context.network.spec, layer, unit),
        "classes": _ranked(context, stats.classes, context.class_names, unit),
        "labels": _ranked(context, stats.labels, stats.labels.names, unit),
        "groups": _ranked(context, stats.groups, stats.groups.names, unit),
        "selectivity": [float(values[unit]) for values in context.selectivity],
        "shown": _shown(context, unit),
        "dissection": layer.dissection,
        "tuning": tuning_curves(layer.tuning, unit) if layer.tuning.field else (),
        "tuned": sentence(layer.tuning, unit) if layer.tuning.field else "",
        "correlated": _correlated(context, unit),
        "match": best_match(context, unit),
        "previous": unit - 1 if unit else None,
        "next": unit + 1 if unit + 1 < layer.spec.units else None,
        **_picture_values(context, unit),
        **_example_values(context, unit),
    }


def _picture_values(context: LayerContext, unit: int) -> dict[str, object]:
    """What the page shows of a unit's feature visualization, and how the unit is cited without one."""
    network, layer, picture = context.network.spec, context.layer, context.layer.pictures.get(unit)
    channel = channel_figure(context.atlas.results, network, layer, unit) if picture else None
    return {
        "picture": picture,
        "picture_file": picture_file(context.unit(unit)),
        "channel": channel,
        "score": score_sentence(network, layer, unit) if picture else "",
        "made": _made(channel) if channel else "",
        "lead": _lead(context, unit),
        "cited": _cited(context, unit),
        "author": context.atlas.imprint.author,
    }


def _example_values(context: LayerContext, unit: int) -> dict[str, object]:
    """What the page shows of a unit's dataset examples."""
    probes = context.atlas.results.probes
    return {
        "strips": strips(context, unit),
        "heat": _heat(context, unit),
        "pixels": probes.size,
        "whole": context.frame == {"s": probes.size},
        "fine": context.frame["s"] * FINE <= probes.size,
        "licence": context.licences.index(context.terms[unit]) if probes.publish else 0,
        "legend": _legend(context),
        "tiles": probes.publish,
    }


def _made(figure: Figure) -> str:
    """The part of a picture's provenance that differs from that of its layer."""
    key = figure.provenance["store"].get("pictures", "")
    return f"Seed {figure.provenance['seed']}" + (f", store {short(key)}" if key else "") + "; "


def _cited(context: LayerContext, unit: int) -> tuple[str, str]:
    """Title and id of the figure by which a unit without a picture is cited."""
    kind = "examples" if context.atlas.results.probes.publish else "histogram"
    return figure_title(kind, context.title(unit), context.network.spec), f"{context.unit(unit).slug}/{kind}"


def _legend(context: LayerContext) -> str:
    """How examples are cropped: the clause of the figure's caption (`crop_clause`) in few words."""
    side, size = context.layer.field.size, context.network.spec.input_size
    if not context.layer.spec.spatial or side == 0:
        return "Shown whole: the unit depends on the whole image."
    if side > size:
        return f"The receptive field, {side} × {side} input pixels, is larger than the image."
    around = ", with surroundings" if "l" in context.frame else ""
    return f"Cropped to the receptive field, {side} × {side} input pixels{around}."


def cite_data(context: LayerContext) -> dict[str, object]:
    """What the citations and the provenance of a layer's figures share; static/cite.js adds the rest from the page."""
    spec, probes = context.network.spec, context.atlas.results.probes
    imprint, weights = context.atlas.imprint, [vars(spec.weights)]
    return cite_base(context.atlas.base_url, imprint) | {
        "made": made_from({"network": spec.name, "weights": vars(spec.weights), "probes": vars(probes)}),
        "licence": imprint.expression(LICENCE, weights),
        "titles": TITLES,
        "examples": [imprint.expression(licence, weights) for licence in context.licences],
        "provenance": _printed(context.provenance),
    }


def _printed(value: Any) -> Any:
    """Provenance with its values as the layer's page prints them: a script would print 100.0 as 100."""
    return {name: _printed(part) for name, part in value.items()} if isinstance(value, Mapping) else str(value)


def _lead(context: LayerContext, unit: int) -> tuple[str, str] | None:
    """File and style of the example that a page without a picture shows instead."""
    example = strongest(context, unit)
    return (example[0], example[1].css(context.frame)) if example else None


def _histogram(context: LayerContext, unit: int) -> Histogram:
    stats, picture = context.layer.stats, context.layer.pictures.get(unit)
    marks = {
        "p50": ("median", float(stats.p50[unit])),
        "p90": ("90th percentile", float(stats.p90[unit])),
        "largest": ("largest", float(stats.largest[unit])),
    }
    if picture is not None and math.isfinite(picture.score_max):
        marks["picture"] = ("visualization", picture.score_max)
    low, high = stats.edges[unit].tolist()
    return histogram(stats.counts[unit], (low, high), marks)


def _ranked(context: LayerContext, profile: Profile, names: Sequence[str], unit: int) -> tuple[Ranked, ...]:
    """The classes, labels or groups with the highest mean response that the unit is selective for."""
    rows = selective_rows(profile, context.layer.stats, names, unit)
    return tuple(Ranked(name, number(mean), number(margin, 2)) for name, mean, margin in rows)


def _shown(context: LayerContext, unit: int) -> list[str]:
    """What the strongest images show, by their labels."""
    images = context.atlas.results.probes.images
    strongest = context.layer.examples.image[unit, :SHOWN].tolist()
    return list(dict.fromkeys(images[i].label or "" for i in strongest if i >= 0 and images[i].label))


def _correlated(context: LayerContext, unit: int) -> tuple[CorrelatedUnit, ...]:
    neighbours = context.layer.neighbours
    near = zip(neighbours.unit[unit].tolist(), neighbours.correlation[unit].tolist(), strict=True)
    drawn = context.layer.pictures
    return tuple(
        CorrelatedUnit(other, context.label(other), other in drawn, correlation)
        for other, correlation in near
        if other >= 0
    )


LAYER_PAGES.add("unit", pages)
