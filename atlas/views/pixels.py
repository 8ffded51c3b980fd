"""Small pictures for the site: stretched for display, scaled, put on sheets, encoded as WebP."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from atlas.types import Array

QUALITY = 76  # WebP, method 4; 82 costs a fifth more bytes
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


def webp(rgb: Array, *, quality: int = QUALITY, xmp: str = "") -> bytes:
    """`rgb` as the bytes of a WebP file."""
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "WEBP", quality=quality, method=4, xmp=xmp.encode())
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
