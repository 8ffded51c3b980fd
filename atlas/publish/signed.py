"""Signed maps as colour with alpha: orange raises, blue lowers."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from atlas.core.specs import Array

RAISES, LOWERS = (213, 94, 0), (0, 114, 178)  # vermilion and blue of Okabe and Ito
SHADES = 5  # of each sign, beside none: without loss in 40 % of the bytes of 15 shades with loss
CLEAR = 0.14  # of full colour: what is below has none, or noise would be most of the bytes


def shades(values: Array, full: float) -> Array:
    """Values [...] as whole numbers from -SHADES to SHADES, int8: `full` has full colour, below CLEAR of it none."""
    share = np.clip(values / full, -1, 1)
    levels = np.floor(np.abs(share) * SHADES + 1 - CLEAR * SHADES)
    out: Array = (np.sign(share) * np.clip(levels, 0, SHADES)).astype(np.int8)
    return out


def coloured(levels: Array) -> Array:
    """Shades [...] as [..., 4] uint8: the colour of their sign, as opaque as they are large."""
    palette = np.zeros((2 * SHADES + 1, 4), np.uint8)
    alpha = np.rint(255 * np.arange(SHADES + 1) / SHADES).astype(np.uint8)
    palette[SHADES:, :3], palette[:SHADES, :3] = RAISES, LOWERS
    palette[SHADES:, 3], palette[: SHADES + 1, 3] = alpha, alpha[::-1]
    palette[SHADES] = 0
    out: Array = palette[levels.astype(np.int16) + SHADES]
    return out


def clear_webp(rgba: Array) -> bytes:
    """[H, W, 4] uint8 as a WebP file without loss, with alpha."""
    file = io.BytesIO()
    Image.fromarray(rgba, "RGBA").save(file, "WEBP", lossless=True, quality=60, method=4, exact=False)
    return file.getvalue()
