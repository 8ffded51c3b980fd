"""Dataset examples of a unit: windows into shared files that the style sheet places, with the response as overlay."""

from __future__ import annotations

from dataclasses import dataclass

from atlas.chapters.vision.levels import LEVELS, OBJECT, OBJECTS
from atlas.chapters.vision.pages.context import LayerContext
from atlas.core.results import Examples
from atlas.core.specs import ProbeImage
from atlas.publish.crop import Crop, crop
from atlas.publish.places import probe_file
from atlas.publish.words import number


@dataclass(frozen=True)
class Example:
    """One example: `file` is None where the probe images may not be shown; `css` places it.

    `mark` is the kind of an image of an object on another ground, "" for photographs.
    """

    file: str | None
    words: str
    value: str
    css: str
    mark: str


@dataclass(frozen=True)
class ExampleStrip:
    """Examples of one level."""

    level: str
    title: str
    examples: tuple[Example, ...]


def strips(context: LayerContext, unit: int) -> tuple[ExampleStrip, ...]:
    """The examples of `unit` by level, strongest first; levels without any are left out."""
    table = context.layer.examples
    images, values, boxes = table.image[unit].tolist(), table.value[unit].tolist(), table.box[unit].tolist()
    found: dict[str, list[Example]] = {}
    for level, image, value, box in zip(table.levels, images, values, boxes, strict=True):
        if image >= 0:
            found.setdefault(level, []).append(_example(context, image, value, tuple(box)))
    return tuple(ExampleStrip(name, _title(name, found[name]), tuple(found[name])) for name in LEVELS if name in found)


def _title(level: str, examples: list[Example]) -> str:
    """The title of a level; of the best object by its kind."""
    return f"Best {examples[0].mark}" if level == OBJECT else LEVELS[level].title


def _example(context: LayerContext, index: int, value: float, box: tuple[int, int, int, int]) -> Example:
    probes = context.atlas.results.probes
    image = probes.images[index]
    return Example(
        file=probe_file(index) if probes.publish else None,
        words=in_words(image),
        value=number(value),
        css=crop(box, probes.size).css(context.frame),
        mark=image.kind if image.kind in OBJECTS else "",
    )


def in_words(image: ProbeImage) -> str:
    """The alternative text of an image: its label, else the title of the work it was cut from."""
    return image.label or image.title.partition(", crop ")[0]


def strongest(context: LayerContext, unit: int) -> tuple[str, Crop] | None:
    """File and window of the top-activating image of a unit; None where it has none or images may not be shown."""
    table = context.layer.examples
    index = int(table.image[unit, 0])
    if index < 0 or not context.atlas.results.probes.publish:
        return None
    box = tuple(table.box[unit, 0].tolist())
    return probe_file(index), crop(box, context.atlas.results.probes.size)


def has_heat(table: Examples) -> bool:
    """Were responses read at positions of the images (not so for a vector such as class logits)?"""
    return bool((table.position[..., 0] >= 0).any())
