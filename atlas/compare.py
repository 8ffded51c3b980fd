"""Units beside units: whose responses go together over the probe images."""

from __future__ import annotations

import numpy as np

from atlas.measured import Neighbours
from atlas.types import Array

NEAREST = 6


def neighbours(means: Array) -> Neighbours:
    """For each unit the most correlated other units of its layer, from image-wise mean responses [N, C].

    Pearson correlation over the N images; a constant unit correlates with none (0).
    """
    values = means.astype(np.float64)
    values -= values.mean(axis=0)
    values /= np.maximum(np.linalg.norm(values, axis=0), 1e-12)
    correlation = values.T @ values
    np.fill_diagonal(correlation, -np.inf)
    number = min(NEAREST, len(correlation) - 1)
    nearest = np.argsort(-correlation, axis=1, kind="stable")[:, :number]
    found = np.take_along_axis(correlation, nearest, axis=1)
    return Neighbours(nearest.astype(np.int32), found.astype(np.float32))
