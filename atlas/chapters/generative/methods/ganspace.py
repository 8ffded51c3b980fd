"""GANSpace (Härkönen et al. 2020): principal components of an early layer, mapped back to z by regression."""

from __future__ import annotations

import numpy as np

from atlas.chapters.generative.directions import Direction, signed
from atlas.chapters.generative.method import Evidence, Method
from atlas.core.specs import Array

BASIS = 64  # components that the bootstrap reads: the rest holds too little to turn the first ones


def components(activations: Array, seed: int) -> tuple[Array, Array]:
    """(coordinates [N, K], share of variance [K]) of activations [N, D] on their first components, BASIS at most."""
    from sklearn.decomposition import PCA

    found = PCA(min(BASIS, *activations.shape), svd_solver="randomized", random_state=seed)
    return found.fit_transform(activations), found.explained_variance_ratio_


def regress(z: Array, coordinates: Array) -> Array:
    """[K, Z] directions U that minimize |coordinates U - (z - mean)|^2, not yet of unit length."""
    found: Array = np.linalg.lstsq(coordinates, z - z.mean(0), rcond=None)[0]
    return found


def find(evidence: Evidence) -> list[Direction]:
    """The directions of the first components, from the largest share of variance."""
    if evidence.early is None or evidence.shares is None:
        return []
    vectors = regress(evidence.z, evidence.early[:, : evidence.count])
    return [
        Direction("ganspace", number, signed(vector), float(evidence.shares[number]))
        for number, vector in enumerate(vectors)
    ]


def repeat(evidence: Evidence, random: np.random.Generator) -> Array:
    """[count, free] the directions from samples that are resampled with replacement."""
    assert evidence.early is not None
    rows = random.integers(len(evidence.z), size=len(evidence.z))
    drawn = evidence.early[rows] - evidence.early[rows].mean(0)
    axes = np.linalg.eigh(drawn.T @ drawn)[1][:, ::-1][:, : evidence.count]
    return np.stack([signed(vector) for vector in regress(evidence.z[rows], drawn @ axes)])


METHOD = Method(
    "GANSpace",
    order=20,
    paper="harkonen2020ganspace",
    words="Principal components of an early layer, mapped back to z by regression.",
    weight="Share of variance",
    find=find,
    repeat=repeat,
    resampled="latent vectors",
)
