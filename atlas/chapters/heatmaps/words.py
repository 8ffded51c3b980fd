"""A map in a few words, for who cannot see it, and where it is not valid."""

from __future__ import annotations

import numpy as np

from atlas.chapters.heatmaps.maps import HeatMaps
from atlas.core.specs import Array
from atlas.publish.words import percent

MOST = 0.05  # of promised completeness or conservation: maps that miss more are not valid
ROWS, COLUMNS = ("top", "middle", "bottom"), ("left", "centre", "right")


def described(values: Array) -> str:
    """Where a signed map [S, S] has most of what raises the score, and how much raises it."""
    raises = np.clip(values.astype(np.float32), 0, None)
    total = np.abs(values.astype(np.float32)).sum()
    if not total > 0:
        return "no relevance anywhere"
    if not raises.sum() > 0:
        return "every pixel lowers the score"
    thirds = np.array_split(np.arange(len(values)), 3)
    parts = np.array([[raises[np.ix_(rows, columns)].sum() for columns in thirds] for rows in thirds]) / raises.sum()
    row, column = np.unravel_index(parts.argmax(), parts.shape)
    place = "centre" if (row, column) == (1, 1) else f"{ROWS[row]} {COLUMNS[column]}"
    return f"{percent(raises.sum() / total)} raises, {percent(parts.max())} of it {place}"


def why_not(maps: HeatMaps, target: int, image: int) -> str:
    """Why a method's map of an image is not valid, "" where it is."""
    if maps.reason:
        return maps.reason
    share = maps.missed(target, image)
    return f"the sum of the map misses the score by {percent(share)}" if share > MOST else ""
