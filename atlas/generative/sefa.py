"""SeFa (Shen and Zhou 2021): the directions that the first affine step of a generator amplifies the most."""

from __future__ import annotations

import numpy as np

from atlas.generative.directions import Direction, signed
from atlas.types import Array


def spectrum(affine: Array) -> tuple[Array, Array]:
    """(squared gains [Z] from large to small, directions [Z, Z] as rows) of a linear map [outputs, Z].

    Eigenvectors of A^T A in falling order; the published code does not sort them.
    """
    values, vectors = np.linalg.eigh(affine.T @ affine)
    return values[::-1], vectors.T[::-1]


def find(affine: Array, count: int) -> list[Direction]:
    """The first `count` directions of the first affine step [outputs, free], batch normalization included."""
    gains, vectors = spectrum(affine)
    return [
        Direction("sefa", number, signed(vectors[number]), float(gains[number] / gains.sum()))
        for number in range(count)
    ]


def stability(affine: Array, count: int, *, repeats: int, seed: int) -> Array:
    """[count] mean |cosine| of each direction with its best match when the outputs are drawn again with replacement."""
    random = np.random.default_rng(seed)
    own = spectrum(affine)[1][:count]
    kept = np.zeros(count)
    for _ in range(repeats):
        drawn = affine[random.integers(len(affine), size=len(affine))]
        kept += np.abs(own @ spectrum(drawn)[1][:count].T).max(1)
    return kept / repeats
