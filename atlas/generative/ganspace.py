"""GANSpace (Härkönen et al. 2020): principal components of an early layer, taken back to z by regression."""

from __future__ import annotations

import numpy as np

from atlas.generative.directions import Direction, signed
from atlas.types import Array


def components(activations: Array, seed: int) -> tuple[Array, Array]:
    """(coordinates [N, K], share of variance [K]) of activations [N, D] on their first components, BASIS at most."""
    from sklearn.decomposition import PCA

    found = PCA(min(BASIS, *activations.shape), svd_solver="randomized", random_state=seed)
    return found.fit_transform(activations), found.explained_variance_ratio_


def regress(z: Array, coordinates: Array) -> Array:
    """[K, Z] directions U that minimize |coordinates U - (z - mean)|^2, not yet of unit length."""
    found: Array = np.linalg.lstsq(coordinates, z - z.mean(0), rcond=None)[0]
    return found


BASIS = 64  # components that the bootstrap draws again: the rest holds too little to turn the first ones


def find(coordinates: Array, share: Array, z: Array, count: int) -> list[Direction]:
    """The first `count` directions, from coordinates [N, K] of latent vectors z [N, free] and their shares of variance."""
    vectors = regress(z, coordinates[:, :count])
    return [
        Direction("ganspace", number, signed(vector), float(share[number])) for number, vector in enumerate(vectors)
    ]


def stability(coordinates: Array, z: Array, count: int, *, repeats: int, seed: int) -> Array:
    """[count] mean |cosine| of each direction with its best match when the samples are drawn again with replacement."""
    random = np.random.default_rng(seed)
    own = np.stack([signed(vector) for vector in regress(z, coordinates[:, :count])])
    kept = np.zeros(count)
    for _ in range(repeats):
        rows = random.integers(len(z), size=len(z))
        drawn = coordinates[rows] - coordinates[rows].mean(0)
        axes = np.linalg.eigh(drawn.T @ drawn)[1][:, ::-1][:, :count]
        other = np.stack([signed(vector) for vector in regress(z[rows], drawn @ axes)])
        kept += np.abs(own @ other.T).max(1)
    return kept / repeats
