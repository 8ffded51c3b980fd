"""Conditional manipulation (Shen et al. 2020): a hyperplane's normal, freed of its part along all the others."""

from __future__ import annotations

import numpy as np

from atlas.chapters.generative import hyperplane
from atlas.chapters.generative.directions import Direction
from atlas.chapters.generative.method import Evidence, Method
from atlas.core.specs import Array


def freed(vector: Array, others: Array) -> Array:
    """The unit vector with its part in the span of `others` [K, free] taken away; zeros where nothing is left."""
    basis, gains, _ = np.linalg.svd(others.T, full_matrices=False)
    basis = basis[:, gains > 1e-9 * gains.max(initial=0)]
    left = vector - basis @ (basis.T @ vector)
    length = np.linalg.norm(left)
    found: Array = left / length if length > 1e-9 else np.zeros_like(left)
    return found


def find(evidence: Evidence) -> list[Direction]:
    """One direction for each attribute whose normal is not wholly made of the others'; `weight` is its cosine with that normal."""
    normals = hyperplane.find(evidence)
    table = np.stack([normal.vector for normal in normals])
    found = []
    for row, normal in enumerate(normals):
        vector = freed(normal.vector, np.delete(table, row, axis=0))
        if vector.any():
            weight = float(vector @ normal.vector)
            found.append(Direction("conditional", row, vector, weight, attribute=normal.attribute))
    return found


METHOD = Method(
    "InterFaceGAN, conditional", "shen2020interfacegan",
    "The same normal with its part along those of all other attributes taken away, so that they stay.",
    "Cosine with the plain normal", find,
)  # fmt: skip
