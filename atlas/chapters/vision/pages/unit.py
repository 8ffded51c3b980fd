"""A unit's page, like a plate: its picture beside its facts, the images that it answers, its kin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atlas.chapters.vision.figures.unit import channel_figure, figure_title, histogram_caption, score_sentence
from atlas.chapters.vision.pages import LAYER_PAGES
from atlas.chapters.vision.pages.context import LayerContext
from atlas.chapters.vision.pages.examples import has_heat, strips, strongest
from atlas.chapters.vision.pages.heat import UNITS, heat_sheet
from atlas.chapters.vision.pages.matches import nearest_twin, twin_data
from atlas.core.results import Figure, UnitStats
from atlas.publish.cite import AUTHOR, cite_base, made_from
from atlas.publish.histogram import Histogram, histogram
from atlas.publish.metadata import xmp
from atlas.publish.page import Asset, Item, Page
from atlas.publish.pixels import avif, stretch
from atlas.publish.places import picture_file, unit_page
from atlas.publish.provenance import LICENCE
from atlas.publish.script import put
from atlas.publish.words import first_name, number, short

FEW = 10  # images: of a mean over fewer the page says how many
RANKED = 3  # classes and labels that a page names
FINE = 5  # images enlarged this much show their pixels


@dataclass(frozen=True)
class Ranked:
    """A class or a label, with the mean response of its images."""

    name: str
    mean: str
    images: int


@dataclass(frozen=True)
class Heat:
    """The sheet of responses that a unit's examples are laid over with, in the folder of the layer's pages.

    `unit` is the unit's first row of tiles in it, `columns` its tiles a row, `levels` its rows a unit.
    """

    file: str
    unit: int
    columns: int
    levels: int


@dataclass(frozen=True)
class Kin:
    """A unit of the same layer: its words, whether it has a picture, its correlation."""

    index: int
    words: str
    picture: bool
    correlation: float


def pages(sheet: LayerContext) -> Iterator[Item]:
    """The page of every unit of the layer, and the files of its pictures, of its examples' responses, for citations."""
    yield Asset(f"{sheet.path}cite.js", put("cite", cite_data(sheet)))
    if sheet.layer.twins:
        yield Asset(f"{sheet.path}twins.js", put("twins", twin_data(sheet)))
    if sheet.desk.results.probes.publish and has_heat(sheet.layer.examples):
        for first in range(0, sheet.layer.spec.units, UNITS):
            yield Asset(f"{sheet.path}{_heat_file(first)}", heat_sheet(sheet.layer.examples, first))
    for unit in range(sheet.layer.spec.units):
        if unit in sheet.layer.pictures:
            yield _picture(sheet, unit)
        yield Page(unit_page(sheet.unit(unit)), "vision/unit.html", _context(sheet, unit))


def _heat_file(unit: int) -> str:
    return f"heat-{unit // UNITS}.webp"


def _heat(sheet: LayerContext, unit: int) -> Heat | None:
    table = sheet.layer.examples
    if not sheet.desk.results.probes.publish or not has_heat(table):
        return None
    levels = dict.fromkeys(table.levels)
    columns = max(table.levels.count(level) for level in levels)
    return Heat(_heat_file(unit), unit % UNITS * len(levels), columns, len(levels))


def _picture(sheet: LayerContext, unit: int) -> Asset:
    figure = channel_figure(sheet.desk.results, sheet.network.spec, sheet.layer, unit)
    said = xmp(figure, sheet.desk.base_url, brief=True)
    return Asset(picture_file(sheet.unit(unit)), avif(stretch(sheet.layer.pictures[unit].rgb), xmp=said))


def _context(sheet: LayerContext, unit: int) -> dict[str, object]:
    layer, stats, picture = sheet.layer, sheet.layer.stats, sheet.layer.pictures.get(unit)
    channel = channel_figure(sheet.desk.results, sheet.network.spec, layer, unit) if picture else None
    largest = float(stats.highest[unit])
    return {
        "sheet": sheet,
        "index": unit,
        "title": sheet.title(unit),
        "label": sheet.label(unit),
        "channel": channel,
        "cited": _cited(sheet, unit),
        "picture": picture,
        "picture_file": picture_file(sheet.unit(unit)),
        "score": score_sentence(sheet.desk.results, sheet.network.spec, layer, unit) if picture else "",
        "made": _made(channel) if channel else "",
        "largest": largest,
        "lead": _lead(sheet, unit),
        "rank": _rank(stats, unit),
        "strips": strips(sheet, unit),
        "heat": _heat(sheet, unit),
        "pixels": sheet.desk.results.probes.size,
        "whole": sheet.frame == {"s": sheet.desk.results.probes.size},
        "fine": sheet.frame["s"] * FINE <= sheet.desk.results.probes.size,
        "histogram": _histogram(sheet, unit),
        "spread": histogram_caption(sheet.network.spec, layer, unit),
        "few": FEW,
        "author": AUTHOR,
        "licence": sheet.licences.index(sheet.terms[unit]) if sheet.desk.results.probes.publish else 0,
        "legend": _legend(sheet),
        "classes": _ranked(stats, "class", unit, sheet.class_names),
        "labels": _ranked(stats, "label", unit, stats.label_names),
        "kin": _kin(sheet, unit),
        "twin": nearest_twin(sheet, unit),
        "tiles": sheet.desk.results.probes.publish,
        "previous": unit - 1 if unit else None,
        "next": unit + 1 if unit + 1 < layer.spec.units else None,
    }


def _made(figure: Figure) -> str:
    """What of a picture's provenance is its own: the rest is that of its layer."""
    key = figure.provenance["store"].get("pictures", "")
    return f"Seed {figure.provenance['seed']}" + (f", store {short(key)}" if key else "") + "; "


def _cited(sheet: LayerContext, unit: int) -> tuple[str, str]:
    """Title and id of the figure that stands for a unit without a picture."""
    kind = "examples" if sheet.desk.results.probes.publish else "histogram"
    return figure_title(kind, sheet.title(unit), sheet.network.spec), f"{sheet.unit(unit).slug}/{kind}"


def _legend(sheet: LayerContext) -> str:
    """What of each example is shown: what the caption of the figure says (`crop_clause`), in few words, for it stands on every page."""
    side, size = sheet.layer.field.size, sheet.network.spec.input_size
    if not sheet.layer.spec.spatial or side == 0:
        return "Shown whole: it sees the whole image."
    if side > size:
        return f"Its receptive field, {side} input pixels, is larger than the image."
    around = ", with surroundings" if "l" in sheet.frame else ""
    return f"Cropped to its receptive field, {side} input pixels{around}."


def cite_data(sheet: LayerContext) -> dict[str, object]:
    """What the citations and the provenance of a layer's figures share: static/cite.js puts the rest in from the page."""
    spec, probes = sheet.network.spec, sheet.desk.results.probes
    return cite_base(sheet.desk.base_url) | {
        "made": made_from({"network": spec.name, "weights": vars(spec.weights), "probes": vars(probes)}),
        "licence": LICENCE,
        "examples": sheet.licences,
        "provenance": _told(sheet.provenance),
    }


def _told(facts: Any) -> Any:
    """The values of `facts` as the page of the layer writes them: a script would write 100.0 as 100."""
    return {name: _told(value) for name, value in facts.items()} if isinstance(facts, Mapping) else str(facts)


def _lead(sheet: LayerContext, unit: int) -> tuple[str, str] | None:
    """File and place of the example that stands where a picture would."""
    found = strongest(sheet, unit)
    return (found[0], found[1].css(sheet.frame)) if found else None


def _rank(stats: UnitStats, unit: int) -> int:
    """Place of the unit in its layer by its largest natural response, from 1."""
    return 1 + int((stats.highest > stats.highest[unit]).sum())


def _histogram(sheet: LayerContext, unit: int) -> Histogram:
    stats, picture = sheet.layer.stats, sheet.layer.pictures.get(unit)
    marks = {
        "p50": ("median", float(stats.p50[unit])),
        "p90": ("90th percentile", float(stats.p90[unit])),
        "top": ("largest", float(stats.highest[unit])),
    }
    if picture is not None:
        marks["picture"] = ("picture", picture.score_max)
    low, high = stats.edges[unit].tolist()
    return histogram(stats.counts[unit], (low, high), marks)


def _ranked(stats: UnitStats, kind: str, unit: int, names: tuple[str, ...]) -> tuple[Ranked, ...]:
    """The classes (or labels) that the unit answers most."""
    ids = getattr(stats, f"{kind}_ids")[unit].tolist()
    means = getattr(stats, f"{kind}_means")[unit].tolist()
    sizes = getattr(stats, f"{kind}_sizes")[unit].tolist()
    return tuple(
        Ranked(first_name(names[i]), number(mean), size)
        for i, mean, size in list(zip(ids, means, sizes, strict=True))[:RANKED]
        if i >= 0
    )


def _kin(sheet: LayerContext, unit: int) -> tuple[Kin, ...]:
    neighbours = sheet.layer.neighbours
    near = zip(neighbours.unit[unit].tolist(), neighbours.correlation[unit].tolist(), strict=True)
    drawn = sheet.layer.pictures
    return tuple(
        Kin(other, sheet.label(other), other in drawn, correlation) for other, correlation in near if other >= 0
    )


LAYER_PAGES.add("unit", pages)
