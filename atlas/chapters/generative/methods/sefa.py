"""SeFa (Shen and Zhou 2021): the directions that the first affine step of a generator amplifies the most."""

from __future__ import annotations

import numpy as np

from atlas.chapters.generative.directions import Direction, signed
from atlas.chapters.generative.method import Evidence, Method
from atlas.core.specs import Array


def spectrum(affine: Array) -> tuple[Array, Array]:
    """(squared gains [Z] from large to small, directions [Z, Z] as rows) of a linear map [outputs, Z].

    Eigenvectors of A^T A in falling order; the published code does not sort them.
    """
    values, vectors = np.linalg.eigh(affine.T @ affine)
    return values[::-1], vectors.T[::-1]


def find(evidence: Evidence) -> list[Direction]:
    """The first directions of the first affine step, batch normalization included."""
    if evidence.affine is None:
        return []
    gains, vectors = spectrum(evidence.affine)
    return [
        Direction("sefa", number, signed(vectors[number]), float(gains[number] / gains.sum()))
        for number in range(evidence.count)
    ]


def repeat(evidence: Evidence, random: np.random.Generator) -> Array:
    """[count, free] the directions from outputs of the step that are resampled with replacement."""
    assert evidence.affine is not None
    rows = random.integers(len(evidence.affine), size=len(evidence.affine))
    return spectrum(evidence.affine[rows])[1][: evidence.count]


METHOD = Method(
    "SeFa",
    order=10,
    paper="shen2021sefa",
    words="The directions that the first affine step amplifies most, in closed form.",
    weight="Share of squared gain",
    find=find,
    repeat=repeat,
    resampled="outputs of the first step",
)
