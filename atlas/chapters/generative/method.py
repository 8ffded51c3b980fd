"""The one protocol of the methods that find latent directions: what they read, and how they are described."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from atlas.chapters.generative.directions import Direction, cosines
from atlas.core.specs import Array, GeneratorSpec

REPEATS = 10  # of the bootstrap


@dataclass(frozen=True)
class Evidence:
    """A sample of a generator: N latent vectors, A attributes of their pictures, and the output of its first steps."""

    spec: GeneratorSpec
    z: Array  # [N, free] float64
    measures: Array  # [N, A]
    names: tuple[str, ...]  # [A]
    count: int  # directions of a method that ranks its own
    seed: int
    affine: Array | None = None  # [outputs, free] the first step from z, where the spec names it
    early: Array | None = None  # [N, K] principal components of the first layer that is read
    shares: Array | None = None  # [K] of its variance


Find = Callable[[Evidence], list[Direction]]
Repeat = Callable[[Evidence, np.random.Generator], Array]


@dataclass(frozen=True)
class Method:
    """One way to find directions; a file of `methods/` holds it as METHOD, and its directions have the file's name.

    `find` returns nothing where the evidence that it reads is missing. `repeat` returns the directions [count, free]
    of evidence that is resampled with replacement, in any order and sign; `resampled` is what is resampled, in words.
    """

    title: str
    order: int  # its place in lists
    paper: str  # key into templates/bibliography.bib
    words: str  # how it works, in a sentence
    weight: str  # what `Direction.weight` is
    find: Find
    repeat: Repeat | None = None
    resampled: str = ""


def stability(method: Method, evidence: Evidence, own: Array) -> list[float]:
    """[K] mean |cosine| of each of a method's directions [K, free] with its best match in bootstrap repeats."""
    assert method.repeat is not None
    random = np.random.default_rng(evidence.seed)
    best = [cosines(own, method.repeat(evidence, random)).max(1) for _ in range(REPEATS)]
    found: list[float] = np.mean(best, axis=0).tolist()
    return found
