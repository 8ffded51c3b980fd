"""Cut-outs of photographs on other grounds: blurred parts of free photographs, or plain or graded ones; exact masks."""

from __future__ import annotations

import colorsys
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array
from atlas.probes.objects import Colour
from atlas.probes.picture_table import FREE, Box, Picture
from atlas.probes.scenes import Ground, paint_ground

if TYPE_CHECKING:
    from PIL.Image import Image

Open = Callable[[Picture], "Image"]

SCENES, FEW = 8, 4  # of a cut-out, and of one that is shorter than SHORT
SHORT = 110  # pixels of the longer side
PLAIN = (3, 6)  # these scenes have no photograph behind the object
SHARES = {3: (0.68, 0.8), 6: (0.68, 0.8), 8: (0.55, 0.68)}  # of the frame, the longer side; the other scenes have:
LARGE = 0.8, 0.95
ENLARGED = 1.8  # at most; such a cut-out stays at the smallest share
MARGIN = 4  # pixels that stay free between object and frame
DEGREES = 8.0
SCENERY = frozenset({"building", "landscape", "energy"})  # groups of photographs that may lie behind an object
LETTERED = frozenset({"household", "instrument", "medical", "sport", "town", "tool", "vehicle"})  # never mirrored
TONE = 40.0  # least distance between the mean colours of object and ground, RGB in [0, 255]
BLUR = 2.5, 6.0  # of the ground: radius in pixels of 224
LIGHT, TINT = 0.18, 0.06  # how far the object takes on brightness and colour of the ground
SHADOW = 0.3  # how much darker the ground is below the object
RIM = 2  # pixels of a cut-out's edge that may still have the colour of what was around it; of a SHORT one 1
QUARTER = 448  # pixels of the short side that a photograph is reduced to before it becomes ground


@dataclass(frozen=True)
class Backdrop:
    """A part of a photograph and how blurred it is, or a plain or graded ground."""

    photograph: Picture | None
    box: Box = (0, 0, 0, 0)
    blur: float = 0.0
    graded: Ground | None = None

    @property
    def words(self) -> str:
        """What it is, for a title."""
        if self.photograph is not None:
            return f"a blurred photograph ({self.photograph.label})"
        return self.graded.words if self.graded else ""

    @property
    def key(self) -> str:
        """For an id."""
        return self.photograph.id if self.photograph else "plain"


@dataclass(frozen=True)
class Composite:
    """A cut-out in its place.

    `share` of the frame is what its longer side takes; `x` and `y` say where it lies in the room that is left, [0, 1].
    """

    picture: Picture
    number: int
    share: float
    degrees: float
    mirrored: bool
    x: float
    y: float
    backdrops: tuple[Backdrop, ...]  # the first on which the object stands out is taken


def scenes_of(picture: Picture) -> int:
    """How many scenes show a cut-out."""
    return SCENES if max(picture.width, picture.height) >= SHORT else FEW


def grounds(pictures: Sequence[Picture]) -> tuple[Picture, ...]:
    """The photographs that may lie behind a cut-out: scenery, free of terms."""
    return tuple(p for p in pictures if p.is_photograph and p.licence in FREE and p.group in SCENERY)


def plan(picture: Picture, number: int, size: int, photographs: Sequence[Picture]) -> Composite:
    """Scene `number` of a cut-out: everything about it follows from its id, the number, and the grounds there are."""
    rng = random.Random(f"scene {number} of {picture.id}")
    low, high = SHARES.get(number, LARGE)
    most = max(SHARES[SCENES][0], ENLARGED * max(picture.width, picture.height) / size)
    return Composite(
        picture=picture,
        number=number,
        share=min(rng.uniform(low, high), most),
        degrees=rng.uniform(-DEGREES, DEGREES),
        mirrored=rng.random() < 0.5 and picture.group not in LETTERED,
        x=rng.random(),
        y=rng.random(),
        backdrops=_backdrops(picture, number, rng, photographs),
    )


def _backdrops(
    picture: Picture, number: int, rng: random.Random, photographs: Sequence[Picture]
) -> tuple[Backdrop, ...]:
    """Four to choose from; each scene of an object begins with another photograph, none of which shows its kind."""
    others = [p for p in photographs if p.group != picture.group and p.label != picture.label]
    if number in PLAIN or not others:
        return tuple(Backdrop(None, graded=_graded(rng, plain=number == PLAIN[0])) for _ in range(4))
    order = random.Random(f"grounds of {picture.id}").sample(others, len(others))
    chosen = [order[(4 * number + place) % len(order)] for place in range(4)]
    return tuple(Backdrop(p, _part(p, rng), rng.uniform(*BLUR)) for p in chosen)


def _part(photograph: Picture, rng: random.Random) -> Box:
    """A square of at least half the short side, in the pixels of the reduced photograph."""
    width, height = _reduced(photograph)
    side = round(min(width, height) * rng.uniform(0.5, 1.0))
    x, y = round(rng.random() * (width - side)), round(rng.random() * (height - side))
    return x, y, x + side, y + side


def _reduced(photograph: Picture) -> tuple[int, int]:
    scale = min(1.0, QUARTER / min(photograph.width, photograph.height))
    return round(photograph.width * scale), round(photograph.height * scale)


def _graded(rng: random.Random, *, plain: bool) -> Ground:
    """Two quiet tones of one hue, or one."""
    hue, saturation, light = rng.random(), rng.uniform(0.02, 0.3), rng.uniform(0.45, 0.97)
    dark = light if plain else light * rng.uniform(0.45, 0.8)
    return Ground(
        None, colours=(_rgb(hue, saturation, light), _rgb(hue, saturation, dark)), degrees=rng.uniform(0, 360)
    )


def _rgb(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue, saturation, value))
    return red, green, blue


def compose(scene: Composite, size: int, open_picture: Open) -> tuple[Image, Array, Backdrop]:
    """RGB of `size` pixels square, the object's mask (bool, where it covers half of a pixel), and the ground taken."""
    colour, alpha, mean = _drawn(scene, size, open_picture)
    backdrop, ground = _standing_out(mean, scene.backdrops, size, open_picture)
    lit = _lit(colour, alpha, mean, ground)
    pixels = lit + _shaded(ground, alpha[..., 0]) * (1 - alpha)
    return _image(pixels), alpha[..., 0] >= 0.5, backdrop


def without_object(scene: Composite, size: int, open_picture: Open) -> Image:
    """The ground of `compose` alone, without the object and its shadow."""
    _, _, mean = _drawn(scene, size, open_picture)
    return _image(_standing_out(mean, scene.backdrops, size, open_picture)[1])


def _image(pixels: Array) -> Image:
    from PIL import Image

    return Image.fromarray(np.rint(255 * pixels).astype(np.uint8))


def _drawn(scene: Composite, size: int, open_picture: Open) -> tuple[Array, Array, Array]:
    """The object in the frame: premultiplied colour and alpha [size, size, 3 and 1] in [0, 1], its mean colour."""
    drawn = np.zeros((size, size, 4), dtype=np.float32)
    placed, (left, top) = place(scene, size, open_picture)
    drawn[top : top + placed.height, left : left + placed.width] = np.asarray(placed, dtype=np.float32) / 255
    colour, alpha = drawn[..., :3], drawn[..., 3:]
    return colour, alpha, 255 * colour.sum((0, 1)) / max(float(alpha.sum()), 1e-9)


def without_fringe(cut: Image) -> Image:
    """The RGBA picture with the colours of its rim taken from further inside; its alpha stays as it is."""
    from PIL import Image, ImageFilter

    rim = RIM if max(cut.size) >= SHORT else RIM - 1
    colour, alpha = np.asarray(cut.convert("RGB")), np.asarray(cut.getchannel("A"))
    inner = Image.fromarray(alpha).filter(ImageFilter.MinFilter(2 * rim + 1)).point(lambda value: 255 * (value >= 250))
    inside = np.asarray(inner)[..., None] / 255
    blur = ImageFilter.GaussianBlur(rim + 1)
    weight = np.asarray(inner.filter(blur), dtype=np.float32)[..., None] / 255
    around = np.asarray(Image.fromarray((colour * inside).astype(np.uint8)).filter(blur), dtype=np.float32)
    near = around / np.maximum(weight, 0.1)
    cleaned = np.where((inside == 0) & (weight > 0.1), np.minimum(near, 255), colour)
    return Image.fromarray(np.dstack([np.rint(cleaned).astype(np.uint8), alpha]))


def place(scene: Composite, size: int, open_picture: Open) -> tuple[Image, tuple[int, int]]:
    """The object as premultiplied RGBA at its size, and where its upper left corner goes (x, y)."""
    from PIL import Image, ImageOps

    picture = open_picture(scene.picture)
    if scene.mirrored:
        picture = ImageOps.mirror(picture)
    cos, sin = abs(math.cos(math.radians(scene.degrees))), abs(math.sin(math.radians(scene.degrees)))
    width, height = picture.width * cos + picture.height * sin, picture.width * sin + picture.height * cos
    scale = min(scene.share * size, size - 2 * MARGIN) / max(width, height)
    sides = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    small = picture.convert("RGBa").resize(sides, Image.Resampling.BICUBIC)
    turned = small.rotate(scene.degrees, Image.Resampling.BICUBIC, expand=True)
    turned = turned.crop((0, 0, min(turned.width, size), min(turned.height, size)))
    return turned, (round(scene.x * (size - turned.width)), round(scene.y * (size - turned.height)))


def _standing_out(mean: Array, backdrops: Sequence[Backdrop], size: int, open_picture: Open) -> tuple[Backdrop, Array]:
    """The first ground that differs enough from the object, else the one that differs the most."""
    best: tuple[float, Backdrop, Array] | None = None
    for backdrop in backdrops:
        ground = _painted(backdrop, size, open_picture)
        distance = float(np.linalg.norm(255 * ground.mean((0, 1)) - mean))
        if best is None or distance > best[0]:
            best = distance, backdrop, ground
        if distance >= TONE:
            break
    if best is None:
        raise ValueError("a scene needs at least one ground")
    return best[1:]


def _painted(backdrop: Backdrop, size: int, open_picture: Open) -> Array:
    """The ground as float32 RGB [size, size, 3] in [0, 1]."""
    from PIL import ImageFilter
    from PIL.Image import Resampling

    if backdrop.photograph is None or backdrop.graded is not None:
        painted = paint_ground(backdrop.graded or Ground(None), size)
    else:
        whole = ground_picture(backdrop.photograph, open_picture)
        part = whole.resize((size, size), Resampling.BICUBIC, box=backdrop.box)
        painted = part.filter(ImageFilter.GaussianBlur(backdrop.blur * size / 224))
    return np.asarray(painted, dtype=np.float32) / 255


@lru_cache(maxsize=160)
def ground_picture(photograph: Picture, open_picture: Open) -> Image:
    """A photograph reduced to what a ground needs."""
    from PIL.Image import Resampling

    return open_picture(photograph).resize(_reduced(photograph), Resampling.BICUBIC, reducing_gap=2.0)


def _lit(colour: Array, alpha: Array, mean: Array, ground: Array) -> Array:
    """The object a little brighter or darker, and tinted, as light around it would be; premultiplied."""
    around = 255 * ground.mean((0, 1))
    gain = np.clip(((around.mean() + 32) / (mean.mean() + 32)) ** LIGHT, 0.85, 1.15)
    tint = 1 + TINT * (around / max(around.mean(), 1.0) - 1)
    lit: Array = np.minimum(colour * gain * tint, alpha)
    return lit


def _shaded(ground: Array, alpha: Array) -> Array:
    """The ground with a soft shadow a little below the object."""
    from PIL import Image, ImageFilter

    size = len(alpha)
    soft = Image.fromarray((255 * alpha).astype(np.uint8)).filter(ImageFilter.GaussianBlur(size / 32))
    down = max(1, size // 40)
    shadow = np.zeros_like(alpha)
    shadow[down:] = np.asarray(soft)[:-down] / 255
    shaded: Array = ground * (1 - SHADOW * shadow[..., None])
    return shaded
