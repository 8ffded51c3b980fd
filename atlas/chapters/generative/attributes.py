"""Attributes of an image by simple measures, without a trained network, so that every number can be checked by eye."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from atlas.core.specs import Array

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # Rec. 709
EPSILON = 1e-6


@dataclass(frozen=True)
class Attribute:
    """One measure: RGB [N, S, S, 3] float in [0, 1] to [N]; `low` and `high` say what its ends mean."""

    name: str
    title: str
    low: str
    high: str
    subjects: tuple[str, ...]
    measure: Callable[[Array], Array]


def luminance(rgb: Array) -> Array:
    """[N, S, S] relative luminance of [N, S, S, 3], as if the values were linear."""
    found: Array = rgb @ LUMINANCE
    return found


def box(values: Array, top: float, bottom: float, left: float, right: float) -> Array:
    """The part of [N, S, S, ...] between the given shares of height and width."""
    size = values.shape[1]
    rows, columns = slice(round(top * size), round(bottom * size)), slice(round(left * size), round(right * size))
    return values[:, rows, columns]


def brightest(rgb: Array) -> Array:
    """[N, S, S] the largest channel."""
    # pair by pair: twenty times as fast as a maximum over three neighbours in memory
    return np.maximum(np.maximum(rgb[..., 0], rgb[..., 1]), rgb[..., 2])


def _mean(values: Array) -> Array:
    found: Array = values.reshape(len(values), -1).mean(1)
    return found


def _centroid(weight: Array, axis: int) -> Array:
    """[N] centroid of the weight [N, H, W] along `axis`, in [-1, 1]."""
    at = (np.arange(weight.shape[axis]) + 0.5) * 2 / weight.shape[axis] - 1
    other = weight.sum(3 - axis)
    found: Array = (other @ at) / (other.sum(1) + EPSILON)
    return found


def _edges(light: Array, axis: int) -> Array:
    """[N, H, W] strength of the change of luminance along `axis`, relative to the picture's own mean."""
    found: Array = np.abs(np.gradient(light, axis=axis)) / (light.mean((1, 2), keepdims=True) + 0.05)
    return found


def brightness(rgb: Array) -> Array:
    """Mean luminance."""
    return _mean(luminance(rgb))


def contrast(rgb: Array) -> Array:
    """Standard deviation of the luminance."""
    found: Array = luminance(rgb).std((1, 2))
    return found


def warmth(rgb: Array) -> Array:
    """Mean red minus mean blue."""
    return _mean(rgb[..., 0] - rgb[..., 2])


def saturation(rgb: Array) -> Array:
    """Mean distance between a pixel's largest and smallest channel."""
    return _mean(brightest(rgb) + brightest(-rgb))


def sharpness(rgb: Array) -> Array:
    """Mean change of luminance between adjacent pixels, in shares of its standard deviation: free of contrast."""
    light = luminance(rgb)
    steps = [_mean(np.abs(np.diff(light, axis=axis))) for axis in (1, 2)]
    found: Array = (steps[0] + steps[1]) / (light.std((1, 2)) + 0.02)
    return found


def turn(rgb: Array) -> Array:
    """Left-right asymmetry of the head, in [-1, 1]: horizontal centroid of skin (more red than blue), middle rows."""
    red, blue = rgb[..., 0], rgb[..., 2]
    skin = np.clip((red - blue) / (rgb.sum(3) + 0.05), 0, None)
    return _centroid(box(skin, 0.3, 0.9, 0, 1), 2)


def light_side(rgb: Array) -> Array:
    """Luminance of the right half of the face minus the left, in shares of both."""
    left, right = (_mean(box(luminance(rgb), 0.25, 0.85, *half)) for half in ((0.2, 0.5), (0.5, 0.8)))
    return (right - left) / (right + left + EPSILON)


def mouth(rgb: Array) -> Array:
    """Horizontal edges in the lower middle, in shares of those of the whole face: teeth, lips, an open mouth."""
    edges = _edges(luminance(rgb), 1)
    return _mean(box(edges, 0.66, 0.9, 0.3, 0.7)) / (_mean(box(edges, 0.2, 0.95, 0.15, 0.85)) + EPSILON)


def ground(rgb: Array) -> Array:
    """Mean luminance beside the head, in the upper corners."""
    light = luminance(rgb)
    return (_mean(box(light, 0, 0.35, 0, 0.14)) + _mean(box(light, 0, 0.35, 0.86, 1))) / 2


def forehead(rgb: Array) -> Array:
    """Mean luminance of the top of the head minus that of the face: dark hair, fair hair, a high forehead."""
    light = luminance(rgb)
    return _mean(box(light, 0.05, 0.25, 0.3, 0.7)) - _mean(box(light, 0.35, 0.8, 0.3, 0.7))


def pupil(rgb: Array) -> Array:
    """How much darker the centre is than its surround, in shares of the surround."""
    light = luminance(rgb)
    inner = _mean(box(light, 0.35, 0.65, 0.35, 0.65))
    outer = _mean(box(light, 0.2, 0.8, 0.05, 0.95))
    return (outer - inner) / (outer + EPSILON)


def gaze(axis: int) -> Callable[[Array], Array]:
    """Position of the darkest 30 % of the eye, in [-1, 1]: horizontal (axis 2) or vertical (axis 1)."""

    def measure(rgb: Array) -> Array:
        light = box(luminance(rgb), 0.2, 0.8, 0.1, 0.9)
        dark = np.clip(np.quantile(light, 0.3, axis=(1, 2), keepdims=True) - light, 0, None)
        return _centroid(dark, axis)

    return measure


def _figure(rgb: Array) -> Array:
    """[N, S, S] how much each pixel belongs to the sprite, in [0, 1]."""
    found: Array = np.clip((brightest(rgb) - 0.25) * 2, 0, 1)
    return found


def position(axis: int) -> Callable[[Array], Array]:
    """Centroid of the sprite, in [-1, 1]: horizontal (axis 2) or vertical (axis 1)."""
    return lambda rgb: _centroid(_figure(rgb), axis)


def area(rgb: Array) -> Array:
    """Share of the picture that the sprite covers."""
    return _mean(_figure(rgb))


def hue(rgb: Array) -> Array:
    """Green and blue against red, over the sprite: rises from red through green to blue."""
    figure = _figure(rgb)
    red, green, blue = ((figure * rgb[..., i]).sum((1, 2)) for i in range(3))
    found: Array = (0.5 * green + blue) / (red + green + blue + EPSILON)
    return found


def slant(rgb: Array) -> Array:
    """Slant of the sprite: its mixed second moment in shares of both plain ones, in [-0.5, 0.5]; 0 without a sprite."""
    figure = _figure(rgb)
    size = figure.shape[1]
    at = (np.arange(size) + 0.5) * 2 / size - 1
    x = at[None, None] - _centroid(figure, 2)[:, None, None]
    y = at[None, :, None] - _centroid(figure, 1)[:, None, None]
    mixed, across, down = ((figure * moment).sum((1, 2)) for moment in (x * y, x * x, y * y))
    found: Array = mixed / (across + down + EPSILON)
    return found


ALL, FACES, EYES, SPRITES = ("pictures", "faces", "eyes"), ("faces",), ("eyes",), ("sprites",)

ATTRIBUTES = (
    Attribute("brightness", "Brightness", "dark", "bright", ALL, brightness),
    Attribute("contrast", "Contrast", "low", "high", ALL, contrast),
    Attribute("warmth", "Warmth", "cool", "warm", ALL, warmth),
    Attribute("saturation", "Saturation", "grey", "colourful", ALL, saturation),
    Attribute("sharpness", "Sharpness", "smooth", "sharp", ALL, sharpness),
    Attribute("turn", "Head turn", "to the left", "to the right", FACES, turn),
    Attribute("light", "Light direction", "from the left", "from the right", FACES, light_side),
    Attribute("mouth", "Mouth", "closed", "open or smiling", FACES, mouth),
    Attribute("ground", "Background brightness", "dark", "bright", FACES, ground),
    Attribute("forehead", "Hair and forehead", "darker than the face", "brighter than the face", FACES, forehead),
    Attribute("pupil", "Pupil", "bright", "dark", EYES, pupil),
    Attribute("gaze-x", "Horizontal gaze", "left", "right", EYES, gaze(2)),
    Attribute("gaze-y", "Vertical gaze", "up", "down", EYES, gaze(1)),
    Attribute("x", "x position", "left", "right", SPRITES, position(2)),
    Attribute("y", "y position", "top", "bottom", SPRITES, position(1)),
    Attribute("area", "Area", "small", "large", SPRITES, area),
    Attribute("hue", "Hue", "red", "blue", SPRITES, hue),
    Attribute("slant", "Slant", "to the left", "to the right", SPRITES, slant),
)


def attributes_of(subject: str) -> tuple[Attribute, ...]:
    """The measures that fit a subject."""
    return tuple(attribute for attribute in ATTRIBUTES if subject in attribute.subjects)


MOST = 64  # pixels of the side at which pictures are measured


def smaller(rgb: Array) -> Array:
    """[N, S, S, 3] uint8 with at most 64 pixels a side: means over blocks."""
    count, size = rgb.shape[:2]
    step = max(1, size // MOST)
    if step == 1:
        return rgb
    blocks = rgb.reshape(count, size // step, step, size // step, step, 3)
    total = np.zeros((count, size // step, size // step, 3), np.uint32)
    for y in range(step):  # one pixel of each block at a time: five times as fast as a mean over two axes
        for x in range(step):
            total += blocks[:, :, y, :, x]
    found: Array = np.rint(total / np.float32(step * step)).astype(np.uint8)
    return found


def measure(rgb: Array, subject: str) -> Array:
    """[N, A] float64 measures of pictures [N, S, S, 3] uint8, at 64 pixels, in blocks so that memory stays flat."""
    chosen, rgb = attributes_of(subject), smaller(rgb)
    blocks = [
        np.stack([attribute.measure(part) for attribute in chosen], 1)
        for first in range(0, len(rgb), 64)
        for part in (rgb[first : first + 64].astype(np.float32) / 255,)
    ]
    return np.concatenate(blocks).astype(np.float64)
