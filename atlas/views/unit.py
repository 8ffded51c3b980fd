"""A unit's page, like a plate: its picture beside its facts, the images that it answers, its kin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atlas.figures.metadata import xmp
from atlas.figures.places import figure_page, picture_file, unit_page
from atlas.figures.unit import channel_figure, unit_figures
from atlas.figures.words import first_name, number
from atlas.types import UnitStats
from atlas.views import LAYER_VIEWS
from atlas.views.crop import Crop
from atlas.views.desk import Sheet
from atlas.views.examples import strips, strongest
from atlas.views.histogram import Histogram, histogram
from atlas.views.page import Asset, Item, Page
from atlas.views.pixels import scaled, stretch, webp

THUMB = 96  # pixels


@dataclass(frozen=True)
class Ranked:
    """A class or a label, with the mean response of its images; `bar` in [0, 1] is relative to the strongest image."""

    name: str
    full: str
    mean: str
    images: int
    bar: float


@dataclass(frozen=True)
class Kin:
    """A unit of the same layer: its page, its words, what stands for it, its correlation."""

    index: int
    page: str
    words: str
    picture: str | None
    crop: tuple[str, Crop] | None
    correlation: float


def thumb_file(sheet: Sheet, unit: int) -> str:
    """The small picture of a unit."""
    return picture_file(sheet.unit(unit)).removesuffix(".webp") + "-small.webp"


def pages(sheet: Sheet) -> Iterator[Item]:
    """The page of every unit of the layer, and the files of its pictures."""
    for unit in range(sheet.layer.spec.units):
        if unit in sheet.layer.pictures:
            yield from _files(sheet, unit)
        yield Page(unit_page(sheet.unit(unit)), "unit.html", _context(sheet, unit))


def _files(sheet: Sheet, unit: int) -> Iterator[Asset]:
    rgb = stretch(sheet.layer.pictures[unit].rgb)
    figure = channel_figure(sheet.desk.results, sheet.network.spec, sheet.layer, unit)
    yield Asset(picture_file(sheet.unit(unit)), webp(rgb, xmp=xmp(figure, sheet.desk.base_url)))
    yield Asset(thumb_file(sheet, unit), webp(scaled(rgb, THUMB), quality=70))


def _context(sheet: Sheet, unit: int) -> dict[str, object]:
    layer, stats, picture = sheet.layer, sheet.layer.stats, sheet.layer.pictures.get(unit)
    figures = {figure.kind: figure for figure in unit_figures(sheet.desk.results, sheet.network.spec, layer, unit)}
    largest = float(stats.highest[unit])
    return {
        "sheet": sheet,
        "index": unit,
        "title": sheet.title(unit),
        "label": sheet.label(unit),
        "figures": figures,
        "picture": picture,
        "picture_file": picture_file(sheet.unit(unit)),
        "figure_page": figure_page(f"{sheet.unit(unit).slug}/channel"),
        "ratio": picture.score_max / largest if picture and largest > 0 else None,
        "largest": largest,
        "lead": strongest(sheet, unit),
        "rank": _rank(stats, unit),
        "strips": strips(sheet, unit),
        "histogram": _histogram(sheet, unit),
        "classes": _ranked(stats, "class", unit, sheet.class_names),
        "labels": _ranked(stats, "label", unit, stats.label_names),
        "kin": _kin(sheet, unit),
        "previous": unit - 1 if unit else None,
        "next": unit + 1 if unit + 1 < layer.spec.units else None,
    }


def _rank(stats: UnitStats, unit: int) -> int:
    """Place of the unit in its layer by its largest natural response, from 1."""
    return 1 + int((stats.highest > stats.highest[unit]).sum())


def _histogram(sheet: Sheet, unit: int) -> Histogram:
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
    low, high = float(stats.lowest[unit]), float(stats.highest[unit])
    return tuple(
        Ranked(first_name(names[i]), names[i], number(mean), size, max(0.0, (mean - low) / ((high - low) or 1.0)))
        for i, mean, size in zip(ids, means, sizes, strict=True)
        if i >= 0
    )


def _kin(sheet: Sheet, unit: int) -> tuple[Kin, ...]:
    neighbours = sheet.layer.neighbours
    near = zip(neighbours.unit[unit].tolist(), neighbours.correlation[unit].tolist(), strict=True)
    return tuple(_kindred(sheet, other, correlation) for other, correlation in near if other >= 0)


def _kindred(sheet: Sheet, other: int, correlation: float) -> Kin:
    drawn = other in sheet.layer.pictures
    return Kin(
        other,
        unit_page(sheet.unit(other)),
        sheet.label(other),
        thumb_file(sheet, other) if drawn else None,
        None if drawn else strongest(sheet, other),
        correlation,
    )


LAYER_VIEWS.add("unit", pages)
