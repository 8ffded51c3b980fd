"""The pictures of a generator side by side, as its pages and its exported figures show them."""

from __future__ import annotations

import numpy as np
from PIL import Image

from atlas.chapters.generative.dissect import UnitDissection
from atlas.chapters.generative.study import QualityStudy
from atlas.core.specs import Array

UNIT_TILES = 16
"""Of a unit: most active (4), its map on them (4), ablated (4), change (1), inserted: before, after (2), change (1)."""


def unit_tiles(unit: UnitDissection) -> Array:
    """[16, S, S, 3] uint8 of one dissected unit."""
    where = [_over(rgb, heat) for rgb, heat in zip(unit.top, unit.heat, strict=True)]
    ablated, inserted = _shaded(unit.map), _shaded(unit.inserted_map)
    return np.stack([*unit.top, *where, *unit.without, ablated, *unit.inserted, inserted])


def path_tiles(quality: QualityStudy) -> Array:
    """[R, C, S, S, 3] uint8: the interpolations, then latent vectors at as many lengths."""
    return np.concatenate([quality.interpolation, quality.truncation])


def code_tiles(grid: Array) -> Array:
    """[C, K * D, S, S, 3] uint8 from a grid [C, K, D, S, S, 3] of an InfoGAN's codes.

    A row for each continuous code, from -1 to 1 in D steps, the K categories side by side.
    """
    return grid.reshape(len(grid), -1, *grid.shape[3:])


def _shaded(change: Array) -> Array:
    """[S, S] to grey [S, S, 3] uint8: white where the most changes."""
    found: Array = np.rint(255 * change / max(float(change.max()), 1e-9)).astype(np.uint8)[..., None].repeat(3, 2)
    return found


def _over(rgb: Array, heat: Array) -> Array:
    """A picture [S, S, 3] dimmed where the unit's own map [h, w] (255 = its largest value) is off.

    By the root of the map: most units peak at one place, beside which nothing else would be seen.
    """
    size = rgb.shape[0]
    mask = (
        np.asarray(Image.fromarray(heat).resize((size, size), Image.Resampling.BILINEAR), np.float32)[..., None] / 255
    )
    found: Array = np.rint(rgb * (0.15 + 0.85 * np.sqrt(mask))).astype(np.uint8)
    return found
