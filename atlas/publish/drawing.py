"""Drawings of exported figures, one for each kind: made with matplotlib from results, not from the site's files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from atlas.core.chapter import parts
from atlas.core.registry import Registry
from atlas.core.results import AtlasResults, Figure
from atlas.core.specs import Array
from atlas.probes.webp import decode

WIDTH = 6.5  # inches: an exported figure fits A4 and US letter
MARGIN = 0.3
INNER = WIDTH - 2 * MARGIN
INK, QUIET, ACCENT, SECOND = "#1c1b19", "#a9a49a", "#0072b2", "#d55e00"  # the last two of Okabe and Ito
GAP = 0.05  # inches between crops


@dataclass(frozen=True)
class Drawing:
    """How a kind of figure is drawn: its height in inches, and a function that draws on axes of INNER x height inches.

    `pixels` is for a figure that is one picture: it is exported as PNG as it is, [H, W, 3] uint8.
    """

    height: Callable[[AtlasResults, Figure], float]
    draw: Callable[[AtlasResults, Figure, Any], None]
    indent: float = 0.0  # inches left and below for the numbers on its axes
    pixels: Callable[[AtlasResults, Figure], Array] | None = None


DRAWINGS: Registry[Drawing] = Registry("drawing, registered by a chapter's `drawings`, for figures of the kind")


def drawing_of(kind: str) -> Drawing:
    """The drawing of a kind of figure, of whichever chapter. UnknownName lists the kinds there are."""
    for _ in parts("drawings"):
        pass  # each registers its own when it is loaded
    return DRAWINGS[kind]


def probe_pixels(results: AtlasResults, wanted: Iterable[int]) -> dict[int, Array]:
    """The probe images with these indices, [S, S, 3] uint8; parts are read up to the last one that is needed."""
    left, start = set(wanted), 0
    found: dict[int, Array] = {}
    for part in results.parts():
        here = sorted(index for index in left if index < start + len(part.webp))
        found |= {index: decode([part.webp[index - start]])[0] for index in here}
        left.difference_update(here)
        start += len(part.webp)
        if not left:
            break
    return found


def place(axes: Any, rgb: Array, corner: tuple[float, float], side: float) -> None:
    """Put a picture into the square of `side` at `corner` (its left, its top), in its own proportions."""
    height, width = rgb.shape[:2]
    w, h = side * width / max(height, width), side * height / max(height, width)
    x, y = corner[0] + (side - w) / 2, corner[1] + (side - h) / 2
    axes.imshow(rgb, extent=(x, x + w, y + h, y), aspect="auto", interpolation="none")


def frame(axes: Any, width: float, height: float) -> None:
    """Axes without axes, in inches, y downwards (after the pictures, which move the limits)."""
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()


def overlaid(crop: Array, heat: Array) -> Array:
    """`crop` ([H, W, 3] uint8) under viridis, as opaque as `heat` ([G, G] uint8) is high, up to 85 %."""
    from matplotlib import colormaps
    from PIL import Image

    height, width = crop.shape[:2]
    level = np.asarray(Image.fromarray(heat).resize((width, height), Image.Resampling.BILINEAR)) / 255
    colour = colormaps["viridis"](level)[..., :3] * 255
    alpha = 0.85 * level[..., None]
    return np.rint(crop * (1 - alpha) + colour * alpha).astype(np.uint8)


def montage(axes: Any, rows: Sequence[Sequence[Array]]) -> None:
    """Pictures in rows, all of one size."""
    columns = max(len(row) for row in rows)
    side = INNER / columns
    for y, row in enumerate(rows):
        for x, rgb in enumerate(row):
            place(axes, rgb, ((x + 0.02) * side, (y + 0.02) * side), 0.96 * side)
    frame(axes, INNER, side * len(rows))
