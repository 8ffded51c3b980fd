"""Scenes: one drawn object on a photograph, or on plain or graded ground, with the object's exact mask."""

from __future__ import annotations

import colorsys
import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.images.objects import CREDIT, LICENCE, DrawnObject, Placement, bounds, draw
from atlas.images.photographs import PHOTOGRAPHS, Box, Photograph, crop, random_box
from atlas.types import Array

if TYPE_CHECKING:
    from PIL.Image import Image

MARGIN = 6  # pixels that stay free between object and frame


@dataclass(frozen=True)
class Ground:
    """What lies behind the object: a defocused part of a photograph, or a gradient (equal colours: plain)."""

    photograph: Photograph | None
    box: Box | None
    blur: float  # radius in pixels
    colours: tuple[tuple[int, int, int], tuple[int, int, int]]
    degrees: float

    @property
    def words(self) -> str:
        if self.photograph is not None:
            return self.photograph.short
        return "plain ground" if self.colours[0] == self.colours[1] else "graded ground"


@dataclass(frozen=True)
class Scene:
    """An object in its place on its ground."""

    item: DrawnObject
    number: int  # 1 = the object's first scene
    place: Placement
    ground: Ground

    @property
    def title(self) -> str:
        return f"{self.item.name} on {self.ground.words}"

    @property
    def attribution(self) -> str:
        photograph = self.ground.photograph
        return CREDIT if photograph is None else f"{CREDIT}; ground cropped from {photograph.credit}"

    @property
    def licence(self) -> str:
        return LICENCE


def plan_scene(item: DrawnObject, number: int, size: int) -> Scene:
    """Scene `number` of an object: everything about it follows from the object and the number."""
    rng = random.Random(f"scene {number} of {item.hexcode}")
    return Scene(item, number, _placement(item, rng, size), _ground(item, number, rng))


def _placement(item: DrawnObject, rng: random.Random, size: int) -> Placement:
    left, top, right, bottom = bounds(item)
    width, height = right - left, bottom - top
    degrees = rng.uniform(-14, 14)
    length = size * rng.uniform(0.5, 0.86)
    # The rotated box must stay inside the frame.
    cos, sin = abs(math.cos(math.radians(degrees))), abs(math.sin(math.radians(degrees)))
    scale = length / max(width, height)
    spans = scale * (width * cos + height * sin), scale * (width * sin + height * cos)
    shrink = min(1.0, (size - 2 * MARGIN) / max(spans))
    x, y = (MARGIN + span * shrink / 2 + rng.random() * (size - 2 * MARGIN - span * shrink) for span in spans)
    return Placement(x, y, length * shrink, degrees)


def _ground(item: DrawnObject, number: int, rng: random.Random) -> Ground:
    order = random.Random(f"grounds of {item.hexcode}").sample(PHOTOGRAPHS, len(PHOTOGRAPHS))
    colours, degrees = _colours(rng), rng.uniform(0, 360)
    if number == 4 and rng.random() < 0.6:
        return Ground(None, None, 0.0, colours, degrees)
    photograph = order[number % len(order)]
    return Ground(photograph, random_box(photograph, rng, 0.3, 0.95), rng.uniform(0.0, 4.0), colours, degrees)


def _colours(rng: random.Random) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Two quiet tones of one hue; a third of the time the same tone twice."""
    hue, saturation = rng.random(), rng.uniform(0.05, 0.45)
    light = rng.uniform(0.45, 0.97)
    dark = light if rng.random() < 0.33 else light * rng.uniform(0.45, 0.8)
    first, second = (colorsys.hsv_to_rgb(hue, saturation, value) for value in (light, dark))
    return _bytes(first), _bytes(second)


def _bytes(colour: tuple[float, float, float]) -> tuple[int, int, int]:
    red, green, blue = (round(255 * part) for part in colour)
    return red, green, blue


def paint_ground(ground: Ground, size: int) -> Image:
    """The ground as RGB, `size` pixels square."""
    from PIL import Image, ImageFilter

    if ground.photograph is not None and ground.box is not None:
        return crop(ground.photograph, ground.box, size).filter(ImageFilter.GaussianBlur(ground.blur))
    angle = math.radians(ground.degrees)
    rows, columns = np.mgrid[:size, :size] / (size - 1) - 0.5
    share = np.clip(0.5 + (columns * math.cos(angle) + rows * math.sin(angle)) / math.sqrt(2), 0, 1)[..., None]
    first, second = (np.array(colour) for colour in ground.colours)
    return Image.fromarray(np.rint(first * (1 - share) + second * share).astype(np.uint8))


def paint(scene: Scene, size: int) -> tuple[Image, Array]:
    """The scene as RGB, and the object's mask: bool [size, size], where it covers at least half of a pixel."""
    ground, drawn = paint_ground(scene.ground, size), draw(scene.item, scene.place, size)
    ground.paste(drawn, mask=drawn)
    return ground, np.asarray(drawn.getchannel("A")) >= 128
