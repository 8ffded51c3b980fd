"""The probe images that show a unit: crops of shared files, placed by the style sheet, with the response laid over."""

from __future__ import annotations

from dataclasses import dataclass

from atlas.figures.places import probe_file
from atlas.figures.words import number
from atlas.types import Examples
from atlas.views.crop import Crop, crop
from atlas.views.desk import Desk, Sheet
from atlas.views.heat import heat_uri

LEVELS = {"top": "Strongest", "p90": "Around the 90th percentile", "p50": "Around the median"}


@dataclass(frozen=True)
class Example:
    """One example: `file` is None where the probe images may not be shown; `heat` is a data URI."""

    file: str | None
    title: str
    licence: str
    credit: str  # site path of its entry in the list of images
    value: str
    crop: Crop
    heat: str | None


@dataclass(frozen=True)
class Strip:
    """Examples of one level."""

    level: str
    title: str
    examples: tuple[Example, ...]


def strips(sheet: Sheet, unit: int) -> tuple[Strip, ...]:
    """The examples of `unit` by level, strongest first; levels without any are left out."""
    table = sheet.layer.examples
    images = table.image[unit].tolist()
    found: dict[str, list[Example]] = {}
    for place, level in enumerate(table.levels):
        if images[place] >= 0:
            found.setdefault(level, []).append(_example(sheet.desk, table, unit, place))
    return tuple(Strip(level, LEVELS[level], tuple(found[level])) for level in LEVELS if level in found)


def _example(desk: Desk, table: Examples, unit: int, place: int) -> Example:
    index = int(table.image[unit, place])
    image = desk.image(index)
    spatial = int(table.position[unit, place, 0]) >= 0
    return Example(
        file=probe_file(image.id) if desk.results.probes.publish else None,
        title=image.title,
        licence=image.licence,
        credit=desk.credits[index],
        value=number(float(table.value[unit, place])),
        crop=crop(tuple(table.box[unit, place].tolist()), desk.results.probes.size),
        heat=heat_uri(table.heat[unit, place]) if spatial else None,
    )


def strongest(sheet: Sheet, unit: int) -> tuple[str, Crop] | None:
    """File and crop of the unit's strongest example, to stand for it where it has no picture."""
    table = sheet.layer.examples
    index = int(table.image[unit, 0])
    if index < 0 or not sheet.desk.results.probes.publish:
        return None
    box = tuple(table.box[unit, 0].tolist())
    return probe_file(sheet.desk.image(index).id), crop(box, sheet.desk.results.probes.size)
