"""Small pictures for the site: stretched for display, scaled, put on sheets, encoded as AVIF."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from atlas.core.specs import Array

QUALITY = 76  # of a few sheets that everybody sees
# Sheets of photographs: AVIF 45 with half-resolution colour has the error of WebP 52 in 65 % of its bytes, for nine
# times the time (320 crops of 56 pixels: 108 kB, 27.7 dB, 0.9 s; 166 kB, 27.6 dB, 0.1 s).
# Feature visualizations are saturated and fine-grained, so half-resolution colour costs them most: AVIF in full colour
# takes a quarter fewer bytes than WebP at the same error (150 pictures of 128 pixels: 2.8 kB, 27.7 dB and 16 ms;
# WebP 60: 3.7 kB, 27.5 dB, 2 ms; speed 7: 3.1 kB, 27.4 dB, 9 ms).
SYNTHETIC: dict[str, Any] = {"quality": 56, "speed": 6, "subsampling": "4:4:4", "max_threads": 1}
STRETCH = (0.5, 99.5)  # percentiles of all channels together that become 0 and 255: hues are kept


def stretch(rgb: Array) -> Array:
    """Spread the contrast of `rgb` ([S, S, 3] uint8) over the full range; a flat picture stays as it is."""
    low, high = np.percentile(rgb, STRETCH)
    if high - low < 1:
        return rgb
    stretched: Array = (np.clip(rgb, low, high) - low) * (255 / (high - low)) + 0.5
    return stretched.astype(np.uint8)


def scaled(rgb: Array, side: int) -> Array:
    """`rgb` resampled to `side` pixels square."""
    if rgb.shape[0] == side:
        return rgb
    return np.asarray(Image.fromarray(rgb).resize((side, side), Image.Resampling.LANCZOS))


def avif(rgb: Array, *, quality: int = SYNTHETIC["quality"], photographs: bool = False, xmp: str = "") -> bytes:
    """`rgb` ([H, W, 3 or 4] uint8) as the bytes of an AVIF file.

    `photographs` are stored with half-resolution colour, which feature visualizations do not tolerate.
    """
    file = io.BytesIO()
    options = SYNTHETIC | {"quality": quality} | ({"subsampling": "4:2:0"} if photographs else {})
    Image.fromarray(rgb).save(file, "AVIF", **options, **({"xmp": xmp.encode()} if xmp else {}))
    return file.getvalue()


def contact_sheet(tiles: Sequence[Array | None], columns: int, side: int) -> Array:
    """`tiles` (each [side, side, 3]) row by row in `columns`; None leaves a neutral square."""
    rows = -(-len(tiles) // columns)
    sheet = np.full((rows * side, columns * side, 3), 128, np.uint8)
    for index, tile in enumerate(tiles):
        if tile is not None:
            y, x = divmod(index, columns)
            sheet[y * side : (y + 1) * side, x * side : (x + 1) * side] = tile
    return sheet


def tiled(pictures: Sequence[Array], columns: int) -> Array:
    """Pictures of one size side by side; small ones are doubled, so that they stay crisp."""
    side = pictures[0].shape[0]
    factor = 2 if side < 64 else 1
    return contact_sheet([rgb.repeat(factor, 0).repeat(factor, 1) for rgb in pictures], columns, side * factor)
