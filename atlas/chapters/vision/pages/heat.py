"""Responses of many units as one small picture: a row of tiles for each unit and level, in viridis, clear without any.

A tile is TILE samples square with its edge repeated around it, so that enlarging one never mixes in its neighbour.
"""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image

from atlas.core.results import Examples
from atlas.core.specs import Array

# viridis (Smith and van der Walt, 2015) at 16 equal steps, of which a sheet uses every second
VIRIDIS = bytes.fromhex(
    "440154481a6c472f7d41448739568c31688e2a788e23888e1f988b22a88435b77954c5687ad151a5db36d2e21bfde725"
)
SHADES = 8
UNITS = 16  # of one sheet
TILE = 8  # samples a side
PITCH = TILE + 2  # with the repeated edge


def heat_sheet(table: Examples, first: int) -> bytes:
    """The responses of UNITS units from `first` as WebP bytes.

    Row `r` of unit `first + u` (level r of the table, in order) is row `u * levels + r` of tiles; its examples follow
    from left to right. Missing units and examples are clear.
    """
    levels = list(dict.fromkeys(table.levels))
    wide = max(table.levels.count(level) for level in levels)
    tiles = np.zeros((UNITS, len(levels), wide, PITCH, PITCH), np.uint8)
    chosen = slice(first, first + UNITS)
    for row, level in enumerate(levels):
        slots = [slot for slot, name in enumerate(table.levels) if name == level]
        heat = reduced(table.heat[chosen][:, slots])
        there = table.image[chosen][:, slots] >= 0
        levels_of = (heat * ((SHADES - 1) / 255) + 0.5).astype(np.uint8) * there[..., None, None]
        tiles[: len(heat), row, : len(slots)] = np.pad(levels_of, ((0, 0), (0, 0), (1, 1), (1, 1)), "edge")
    sheet = tiles.transpose(0, 1, 3, 2, 4).reshape(UNITS * len(levels) * PITCH, wide * PITCH)
    return _webp(sheet)


def reduced(heat: Array) -> Array:
    """Maps [..., G, G] resampled to [..., TILE, TILE] float: means of equal areas."""
    weights = _areas(heat.shape[-1])
    out: Array = weights @ heat.astype(np.float32) @ weights.T
    return out


@cache
def _areas(side: int) -> Array:
    """[TILE, side]: the share that each of `side` samples has in each tile sample; rows sum to 1."""
    edges = np.linspace(0, side, TILE + 1)
    low, high = np.maximum(edges[:-1, None], np.arange(side)), np.minimum(edges[1:, None], np.arange(side) + 1)
    share = np.clip(high - low, 0, None)
    out: Array = (share / share.sum(1, keepdims=True)).astype(np.float32)
    return out


@cache
def _palette() -> Array:
    """[SHADES, 4] uint8: viridis with alpha that grows with the response, nothing at level 0."""
    colours = np.frombuffer(VIRIDIS, np.uint8).reshape(-1, 3)[1::2].astype(np.float64)
    alpha = np.rint(225 * (np.arange(SHADES) / (SHADES - 1)) ** 0.8)
    out: Array = np.concatenate([colours, alpha[:, None]], 1).astype(np.uint8)
    out[0] = 0
    return out


def _webp(levels: Array) -> bytes:
    file = io.BytesIO()
    Image.fromarray(_palette()[levels], "RGBA").save(file, "WEBP", lossless=True, quality=60, method=4, exact=False)
    return file.getvalue()
