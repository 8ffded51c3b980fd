"""Conditional manipulation (Shen et al. 2020): a hyperplane's normal, made orthogonal to all the others."""

from __future__ import annotations

import numpy as np

from atlas.chapters.generative.directions import Direction
from atlas.chapters.generative.method import Evidence, Method
from atlas.chapters.generative.methods import hyperplane
from atlas.core.specs import Array


def orthogonal_to(vector: Array, others: Array) -> Array:
    """The unit vector [free] without its part in the span of `others` [K, free]; zeros where nothing is left."""
    basis, gains, _ = np.linalg.svd(others.T, full_matrices=False)
    basis = basis[:, gains > 1e-9 * gains.max(initial=0)]
    left = vector - basis @ (basis.T @ vector)
    length = np.linalg.norm(left)
    found: Array = left / length if length > 1e-9 else np.zeros_like(left)
    return found


def find(evidence: Evidence) -> list[Direction]:
    """One direction for each attribute whose normal is not in the span of the others'.

    `weight` is its cosine with that normal.
    """
    normals = hyperplane.find(evidence)
    table = np.stack([normal.vector for normal in normals])
    found = []
    for row, normal in enumerate(normals):
        vector = orthogonal_to(normal.vector, np.delete(table, row, axis=0))
        if vector.any():
            weight = float(vector @ normal.vector)
            found.append(Direction("conditional", row, vector, weight, attribute=normal.attribute))
    return found


METHOD = Method(
    "InterFaceGAN, conditional",
    order=40,
    paper="shen2020interfacegan",
    words="The same normal, made orthogonal to the normals of all other attributes (conditional manipulation).",
    weight="Cosine with the plain normal",
    find=find,
)
