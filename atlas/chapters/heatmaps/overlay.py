"""Signed maps as colour with alpha over a photograph: orange raises the score, blue lowers it.

Maps of all methods have one unit here, the density: how many times the even share of the map's absolute relevance lies
at a pixel. A random map has a density near 1 everywhere, a map that lies on a tenth of the image one near 10 there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from atlas.core.specs import Array
from atlas.publish.signed import clear_webp, coloured

LARGEST = 64  # samples of a tile's side, at most
PERCENTILE = 99.0  # of the densities of a row: what has full colour


def density(maps: Array) -> Array:
    """Maps [..., S, S] divided by the mean of their absolute values; a map of zeros stays zero."""
    values = maps.astype(np.float32)
    mean = np.abs(values).mean((-2, -1), keepdims=True)
    out: Array = values / np.where(mean > 0, mean, 1)
    return out


def tile_sized(densities: Array) -> Array:
    """[S, S] densities as means of equal areas of at most LARGEST samples a side."""
    if len(densities) <= LARGEST:
        return densities
    size = (LARGEST, LARGEST)
    out: Array = np.asarray(Image.fromarray(densities.astype(np.float32)).resize(size, Image.Resampling.BOX))
    return out


def full_colour(densities: Sequence[Array]) -> float:
    """The density that has full colour on a row: its 99th percentile over the row's maps, two significant digits."""
    if not densities:
        return 1.0
    found = float(np.percentile(np.abs(np.concatenate([one.ravel() for one in densities])), PERCENTILE))
    return float(f"{max(found, 1.0):.1e}")


def blended(rgb: Array, levels: Array, strength: float = 1.0) -> Array:
    """A photograph [H, W, 3] uint8, grey and pale, under its map [S, S] of shades, for exported figures."""
    height, width = rgb.shape[:2]
    over = np.asarray(Image.fromarray(coloured(levels)).resize((width, height), Image.Resampling.BILINEAR), np.float32)
    grey = np.asarray(Image.fromarray(rgb).convert("L"), np.float32)[..., None]
    ground = 255 - (255 - grey) * 0.62
    alpha = strength * over[..., 3:] / 255
    out: Array = np.rint(ground * (1 - alpha) + over[..., :3] * alpha).astype(np.uint8)
    return out


def sheet(tiles: Sequence[Array | None], columns: int) -> bytes:
    """Tiles of shades [S, S] row by row as one WebP file with alpha; smaller ones are enlarged, None is clear."""
    side = max((len(tile) for tile in tiles if tile is not None), default=1)
    whole = np.zeros((-(-len(tiles) // columns) * side, columns * side), np.int8)
    for place, tile in enumerate(tiles):
        y, x = (side * part for part in divmod(place, columns))
        if tile is not None:
            whole[y : y + side, x : x + side] = _enlarged(tile, side)
    return clear_webp(coloured(whole))


def _enlarged(tile: Array, side: int) -> Array:
    at = np.arange(side) * len(tile) // side
    out: Array = tile[np.ix_(at, at)]
    return out
