"""The units that a region of a layer's map activates.

For each cell and unit: how far the mean activation of the cell lies above the mean of the unit.
"""

from __future__ import annotations

import base64

import numpy as np

from atlas.chapters.vision.pages.context import LayerContext
from atlas.core.results import Cells
from atlas.core.specs import Array

STEP = 0.05  # standard deviations for a step of the 8-bit values, which range from -6.35 to 6.35


def raised(cells: Cells, mean: Array, std: Array) -> Array:
    """[M, C] int8, in steps of STEP: (mean of the cell's sampled activations - mean) / std, both over all positions.

    A unit that never changes has 0 everywhere. The value of several cells is their mean, weighted by their images.
    """
    excess = (cells.mean - mean) / np.where(std > 0, std, np.inf)
    return np.clip(np.rint(excess / STEP), -127, 127).astype(np.int8)


def places(cells: Cells) -> dict[str, object]:
    """The grid and the column and row of each cell."""
    return {"grid": cells.grid, "cells": list(zip(cells.column.tolist(), cells.row.tolist(), strict=True))}


def regions(context: LayerContext, cells: Cells) -> dict[str, object]:
    """The data that the page loads when a region is first chosen: images, class and raised units of each cell."""
    table = raised(cells, context.layer.stats.mean, context.layer.stats.std)
    return {
        "counts": cells.count.tolist(),
        "names": list(context.cell_names),
        "units": table.shape[1],
        "step": STEP,
        "raised": base64.b64encode(table.tobytes()).decode(),
    }
