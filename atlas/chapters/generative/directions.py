"""What a latent direction is, and how a latent vector is edited along it (the methods that find some: `methods/`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atlas.core.specs import Array, GeneratorSpec


@dataclass(frozen=True)
class Direction:
    """A unit vector in the free columns of z.

    `weight` is the method's own score: share of variance (GANSpace), share of the squared gain (SeFa), held-out
    accuracy (hyperplane). `span` is the largest edit strength shown, in units of z; `absolute`: the strength is the
    value itself, as for a code, not added to what z holds. `attribute` is the target of a supervised method.
    """

    method: str
    index: int
    vector: Array  # [free] float64
    weight: float
    span: float = 3.0
    absolute: bool = False
    attribute: str = ""

    @property
    def name(self) -> str:
        return f"{self.method}-{self.attribute or self.index}"


def edited(spec: GeneratorSpec, z: Array, direction: Direction, strengths: Sequence[float]) -> Array:
    """[D, N, Z] latent vectors z [N, Z] moved along a direction by each of D edit strengths."""
    base = z.copy()
    if direction.absolute:
        base[:, : spec.free] -= (base[:, : spec.free] @ direction.vector)[:, None] * direction.vector
    moved = np.repeat(base[None], len(strengths), axis=0)
    moved[:, :, : spec.free] += np.asarray(strengths)[:, None, None] * direction.vector
    return moved


def cosines(a: Array, b: Array) -> Array:
    """[I, J] |cosine| between unit vectors a [I, Z] and b [J, Z]."""
    found: Array = np.abs(a @ b.T)
    return found


def expected_cosine(size: int) -> float:
    """Mean |cosine| of two random directions in n = `size` dimensions: gamma(n/2) / gamma((n+1)/2) / sqrt(pi)."""
    from scipy.special import gammaln

    return float(np.exp(gammaln(size / 2) - gammaln((size + 1) / 2)) / np.sqrt(np.pi))


def random_directions(size: int, count: int, seed: int) -> Array:
    """[count, size] unit vectors, uniform over all directions."""
    drawn = np.random.default_rng(seed).standard_normal((count, size))
    unit: Array = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def signed(vector: Array) -> Array:
    """The unit vector whose largest entry is positive: methods leave the sign open."""
    unit = vector / np.linalg.norm(vector)
    found: Array = unit * np.sign(unit[np.abs(unit).argmax()])
    return found
