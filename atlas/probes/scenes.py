"""Scenes: one drawn object on a photograph or on plain or graded ground, with the exact mask of the object."""

from __future__ import annotations

import colorsys
import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array
from atlas.probes.objects import CREDIT, Colour, DrawnObject, Placement, Shape, draw, shape
from atlas.probes.photographs import PHOTOGRAPHS, Box, Photograph, crop, random_box, small

if TYPE_CHECKING:
    from PIL.Image import Image

MARGIN = 6  # pixels that stay free between object and frame
CONTRAST = 60  # least distance between the mean colours of object and ground, RGB in [0, 255]
DARK, LIGHT = 60, 170  # mean of the three
PLAIN_SCENE = 4  # this scene of an object has a plain or graded ground with a probability of 0.6


@dataclass(frozen=True)
class Ground:
    """The ground of a scene: a blurred part of a photograph, or a gradient (equal colours: plain)."""

    photograph: Photograph | None
    box: Box = (0, 0, 0, 0)
    blur: float = 0.0  # radius in pixels
    colours: tuple[Colour, Colour] = ((0, 0, 0), (0, 0, 0))
    degrees: float = 0.0

    @property
    def colour(self) -> Colour:
        """Its mean colour."""
        tones = self.colours if self.photograph is None else small(self.photograph, self.box).reshape(-1, 3)
        red, green, blue = map(float, np.mean(tones, axis=0))
        return red, green, blue

    @property
    def words(self) -> str:
        """In words, for a title."""
        if self.photograph is not None:
            return self.photograph.short
        return "plain ground" if self.colours[0] == self.colours[1] else "graded ground"


@dataclass(frozen=True)
class Scene:
    """An object, its placement and its ground."""

    item: DrawnObject
    number: int  # 1 = the object's first scene
    place: Placement
    ground: Ground

    @property
    def title(self) -> str:
        """In words."""
        return f"{self.item.name} on {self.ground.words}"

    @property
    def attribution(self) -> str:
        """Whom to credit for the object and for its ground."""
        photograph = self.ground.photograph
        return CREDIT if photograph is None else f"{CREDIT}; ground cropped from {photograph.credit}"


def plan_scene(item: DrawnObject, number: int, size: int) -> Scene:
    """Scene `number` of an object, decided by these two alone."""
    rng = random.Random(f"scene {number} of {item.hexcode}")
    return Scene(item, number, _placement(shape(item), rng, size), _ground(item, number, rng))


def _placement(form: Shape, rng: random.Random, size: int) -> Placement:
    degrees = rng.uniform(-14, 14)
    width, height = form.rotated(degrees)
    room = size - 2 * MARGIN  # the rotated box must stay inside it
    length = min(size * rng.uniform(0.5, 0.86), room * form.longest / max(width, height))
    x, y = (_somewhere(side * length / form.longest, room, rng) for side in (width, height))
    return Placement(x, y, length, degrees)


def _somewhere(span: float, room: float, rng: random.Random) -> float:
    """A random centre for `span` pixels; as the mean of two draws it is more often near the middle."""
    return MARGIN + span / 2 + (room - span) * (rng.random() + rng.random()) / 2


def _ground(item: DrawnObject, number: int, rng: random.Random) -> Ground:
    """The first of a few random grounds with enough contrast to the object, else the one with the most."""
    grounds = [_plain(rng)] if number == PLAIN_SCENE and rng.random() < 0.6 else _photographed(item, number, rng)
    colour = shape(item).colour
    for ground in grounds:
        if _shows(colour, ground.colour):
            return ground
    return max(grounds, key=lambda ground: math.dist(ground.colour, colour))


def _shows(item: Colour, ground: Colour) -> bool:
    """Whether the contrast suffices. Outlines are black, so a dark ground suits light objects only."""
    return math.dist(item, ground) >= CONTRAST and (sum(ground) >= 3 * DARK or sum(item) >= 3 * LIGHT)


def _photographed(item: DrawnObject, number: int, rng: random.Random) -> list[Ground]:
    """Two parts of each photograph; each scene of an object starts with another photograph."""
    order = random.Random(f"grounds of {item.hexcode}").sample(PHOTOGRAPHS, len(PHOTOGRAPHS))
    order = order[number:] + order[:number]
    return [
        Ground(photograph, random_box(photograph.ground, rng, 0.35, 0.95), rng.uniform(0.0, 4.0))
        for photograph in order
        for _ in range(2)
    ]


def _plain(rng: random.Random) -> Ground:
    return Ground(None, colours=_colours(rng), degrees=rng.uniform(0, 360))


def _colours(rng: random.Random) -> tuple[Colour, Colour]:
    """Two quiet tones of one hue; a third of the time the same tone twice."""
    hue, saturation = rng.random(), rng.uniform(0.05, 0.45)
    light = rng.uniform(0.45, 0.97)
    dark = light if rng.random() < 0.33 else light * rng.uniform(0.45, 0.8)
    first, second = (colorsys.hsv_to_rgb(hue, saturation, value) for value in (light, dark))
    return _bytes(first), _bytes(second)


def _bytes(colour: tuple[float, float, float]) -> Colour:
    red, green, blue = (round(255 * part) for part in colour)
    return red, green, blue


def paint_ground(ground: Ground, size: int) -> Image:
    """The ground as RGB, `size` pixels square."""
    from PIL import Image, ImageFilter

    if ground.photograph is not None:
        return crop(ground.photograph, ground.box, size).filter(ImageFilter.GaussianBlur(ground.blur))
    angle = math.radians(ground.degrees)
    rows, columns = np.mgrid[:size, :size] / (size - 1) - 0.5
    share = np.clip(0.5 + (columns * math.cos(angle) + rows * math.sin(angle)) / math.sqrt(2), 0, 1)[..., None]
    first, second = (np.array(colour) for colour in ground.colours)
    return Image.fromarray(np.rint(first * (1 - share) + second * share).astype(np.uint8))


def paint(scene: Scene, size: int) -> tuple[Image, Array]:
    """The scene as RGB, and the object's mask: bool [size, size], where it covers at least half of a pixel."""
    picture, (drawn, (left, top)) = paint_ground(scene.ground, size), draw(scene.item, scene.place)
    picture.paste(drawn, (left, top), mask=drawn)
    mask = np.zeros((size, size), dtype=bool)
    mask[top : top + drawn.height, left : left + drawn.width] = np.asarray(drawn.getchannel("A")) >= 128
    return picture, mask
