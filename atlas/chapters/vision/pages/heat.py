"""Responses of many units as one small picture: a row of tiles for each unit and level, in viridis, clear without any.

A tile is TILE samples square with its edge repeated around it, so that enlarging one never mixes in its neighbour.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from atlas.chapters.vision.levels import STRONGEST
from atlas.core.results import ExampleRelevance, Examples
from atlas.core.specs import Array
from atlas.publish.signed import clear_webp, coloured, shades

# viridis (Smith and van der Walt, 2015) at 16 equal steps, of which a sheet uses every second
VIRIDIS = bytes.fromhex(
    "440154481a6c472f7d41448739568c31688e2a788e23888e1f988b22a88435b77954c5687ad151a5db36d2e21bfde725"
)
SHADES = 8
UNITS = 16  # of one sheet
TILE = 8  # samples a side
PITCH = TILE + 2  # with the repeated edge
FULL = 127.0  # of a relevance map: its largest


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
    return clear_webp(_palette()[sheet])


def relevance_sheet(relevance: ExampleRelevance, table: Examples, first: int) -> bytes:
    """The relevance of UNITS units from `first` as WebP bytes: tiles lie where `heat_sheet` has them."""
    levels = list(dict.fromkeys(table.levels))
    wide, side = max(table.levels.count(level) for level in levels), relevance.maps.shape[-1]
    edge = side * (PITCH - TILE) // (2 * TILE)
    pitch = side + 2 * edge
    tiles = np.zeros((UNITS, len(levels), wide, pitch, pitch), np.int8)
    row = levels.index(STRONGEST)
    for unit, maps in zip(relevance.units.tolist(), relevance.maps, strict=True):
        if first <= unit < first + UNITS:
            found = shades(maps.astype(np.float32), FULL)
            tiles[unit - first, row, : len(maps)] = np.pad(found, ((0, 0), (edge, edge), (edge, edge)), "edge")
    sheet = tiles.transpose(0, 1, 3, 2, 4).reshape(UNITS * len(levels) * pitch, wide * pitch)
    return clear_webp(coloured(sheet))


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
