"""The scatter of gates' times against measured memory as the geometry of an inline
SVG: both axes logarithmic, equal for all networks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.chapters.recurrent.figures.memory import memory_points
from atlas.chapters.recurrent.gates import LAGS
from atlas.chapters.recurrent.records import CodeResults

SIDE, MOST = 100, 8  # of the square; powers of two on either axis, from 1 to 256 characters
NONE = -3.5  # x of the cells of a network without gates


def scatter(network: CodeResults) -> dict[str, Any]:
    """One path of dots, and the ticks of both axes; what is beyond an end is drawn at it."""
    points = memory_points(network)
    points = points[points[:, 1] > 0]  # without constant cells
    gated = bool(np.isfinite(points[:, 0]).any())
    xy = np.log2(np.clip(np.nan_to_num(points, nan=1.0), 1, min(2**MOST, 2 * LAGS))) / MOST * SIDE
    x = xy[:, 0] if gated else np.full(len(xy), NONE)
    places = np.round(np.stack([x, SIDE - xy[:, 1]], 1), 1).tolist()
    return {
        "dots": "".join(f"M{x:g} {y:g}h0" for x, y in places),
        "gated": gated,
        "ticks": [(round(SIDE * power / MOST, 1), 2**power) for power in range(0, MOST + 1, 2)],
    }
