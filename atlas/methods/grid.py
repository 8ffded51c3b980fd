"""From a layout to the cells of an activation atlas (Carter et al. 2019); every point is in exactly one cell."""

from __future__ import annotations

import numpy as np

from atlas.core.results import Cells, Layout
from atlas.core.specs import Array


def cells(layout: Layout, vectors: Array, classes: Array, *, grid: int, least: int) -> Cells:
    """Average the vectors [N, C] of the points in each of grid x grid cells.

    Cells with fewer than `least` points are left out. `classes` [N] are the predicted classes; the `top_class` of a
    cell is the most frequent one, on a tie the smaller id.
    """
    # The upper edge belongs to the last cell, every inner edge to the cell on its right.
    position = np.minimum((layout.xy * grid).astype(int), grid - 1)
    cell_of = position[:, 1] * grid + position[:, 0]
    members = [(cell, np.flatnonzero(cell_of == cell)) for cell in np.unique(cell_of)]
    kept = [(cell, points) for cell, points in members if len(points) >= least]
    values = vectors.astype(np.float32)
    means = np.array([values[points].mean(axis=0) for _, points in kept], dtype=np.float32)
    return Cells(
        grid=grid,
        column=np.array([cell % grid for cell, _ in kept], dtype=np.int16),
        row=np.array([cell // grid for cell, _ in kept], dtype=np.int16),
        count=np.array([len(points) for _, points in kept], dtype=np.int32),
        nearest=np.array([_nearest(values, points) for _, points in kept], dtype=np.int32),
        top_class=np.array([_commonest(classes[points]) for _, points in kept], dtype=np.int32),
        mean=means.reshape(len(kept), vectors.shape[1]),
        icon=(None,) * len(kept),
    )


def _nearest(values: Array, points: Array) -> int:
    mean = values[points].mean(axis=0)
    return int(points[np.argmin(((values[points] - mean) ** 2).sum(axis=1))])


def _commonest(classes: Array) -> int:
    ids, counts = np.unique(classes[classes >= 0], return_counts=True)
    return int(ids[np.argmax(counts)]) if len(ids) else -1
