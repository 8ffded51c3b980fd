"""Generated stimuli around one point of a canvas: gratings, coloured patches, discs, arcs, spots, on mean grey.

All are RGB in [0, 1], float32, [N, 3, S, S]; lengths are in pixels. Angles are those of bars, counter-clockwise from
the horizontal, in degrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atlas.core.specs import Array

GREY, CONTRAST = 0.5, 0.4
LIGHTNESS, CHROMA = 65.0, 38.0  # of coloured patches in CIE LCh: all hues lie inside sRGB


@dataclass(frozen=True)
class Canvas:
    """A square of `side` pixels with a receptive field of `field` pixels around `centre` (in x and in y)."""

    side: int
    field: float
    centre: float

    @property
    def grid(self) -> tuple[Array, Array]:
        """x and y of the middle of each pixel from the centre, y upwards, [S, S] each."""
        line = np.arange(self.side) + 0.5 - self.centre
        return np.broadcast_to(line, (self.side, self.side)), np.broadcast_to(-line[:, None], (self.side, self.side))


def grey(canvas: Canvas) -> Array:
    """The empty ground, [1, 3, S, S]."""
    return np.full((1, 3, canvas.side, canvas.side), GREY, np.float32)


def grating(canvas: Canvas, degrees: float, frequency: float, phase: float) -> Array:
    """[S, S] a sine grating over the whole canvas, in [GREY - CONTRAST, GREY + CONTRAST]; `phase` in turns."""
    x, y = canvas.grid
    across = -x * np.sin(np.radians(degrees)) + y * np.cos(np.radians(degrees))
    waves: Array = GREY + CONTRAST * np.cos(2 * np.pi * (frequency * across - phase))
    return waves


def disc(canvas: Canvas, diameter: float, sign: int, at: tuple[float, float] = (0.0, 0.0)) -> Array:
    """[S, S] a bright (`sign` 1) or dark (-1) disc with soft edges, `at` x and y from the centre."""
    x, y = canvas.grid
    inside = np.clip(diameter / 2 + 0.5 - np.hypot(x - at[0], y - at[1]), 0, 1)
    return GREY + sign * CONTRAST * inside  # type: ignore[no-any-return]


def arc(canvas: Canvas, degrees: float, curvature: float, width: float, sign: int) -> Array:
    """[S, S] a line through the centre that bends with `curvature` (1 / radius; 0 is straight), inside the field."""
    x, y = canvas.grid
    along = x * np.cos(np.radians(degrees)) + y * np.sin(np.radians(degrees))
    across = -x * np.sin(np.radians(degrees)) + y * np.cos(np.radians(degrees))
    radius = 1 / curvature if curvature else 0.0
    distance = np.abs(np.hypot(along, across - radius) - radius) if curvature else np.abs(across)
    inside = np.clip(width / 2 + 0.5 - distance, 0, 1) * (np.hypot(x, y) <= canvas.field / 2)
    return GREY + sign * CONTRAST * inside  # type: ignore[no-any-return]


def patch(canvas: Canvas, hue: float, share: float) -> Array:
    """[3, S, S] a disc of one hue (CIE LCh, degrees), `share` of the field wide, on grey of the same lightness."""
    x, y = canvas.grid
    inside = np.clip(share * canvas.field / 2 + 0.5 - np.hypot(x, y), 0, 1)
    ground, colour = _rgb(0.0, 0.0), _rgb(hue, CHROMA)
    return np.stack([g + (c - g) * inside for g, c in zip(ground, colour, strict=True)])


def _rgb(hue: float, chroma: float) -> Array:
    """[3] sRGB in [0, 1] of a colour of LIGHTNESS."""
    from skimage.color import lab2rgb

    angle = np.radians(hue)
    found: Array = lab2rgb(np.array([[[LIGHTNESS, chroma * np.cos(angle), chroma * np.sin(angle)]]]))[0, 0]
    return found


def coloured(pictures: Sequence[Array]) -> Array:
    """Grey [S, S] or RGB [3, S, S] pictures as one batch."""
    batch = [np.broadcast_to(one, (3, *one.shape[-2:])) for one in pictures]
    return np.stack(batch).astype(np.float32)
