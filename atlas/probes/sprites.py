"""Procedural sprites with known factors: one shape, drawn with soft edges on a dark ground. The InfoGAN's only training data."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

from atlas.core.specs import Array

SIZE = 32  # pixels
SHAPES = ("square", "ellipse", "triangle")
TRAINING_SEED, TEST_SEED = 1, 2  # of the factors: what is learned, what is measured while learning
LEARNED = 20_000  # sprites that an InfoGAN learns from
GROUND = 0.08  # grey of the ground, in [0, 1]


@dataclass(frozen=True)
class Factor:
    """One thing that varies: a choice among `values`, or a number between `low` and `high`."""

    name: str
    low: float = 0.0
    high: float = 0.0
    values: tuple[str, ...] = ()


FACTORS = (
    Factor("shape", values=SHAPES),
    Factor("scale", 0.26, 0.44),  # half the side, in half images
    Factor("rotation", -0.7, 0.7),  # radians, clockwise
    Factor("x", -0.42, 0.42),  # of the centre, in half images
    Factor("y", -0.42, 0.42),
    Factor("colour", 0.0, 0.7),  # hue: red, yellow, green, blue
)


def draw_factors(count: int, seed: int) -> Array:
    """[N, 6] float64: independent uniform factors, in the order of FACTORS; a shape as its number."""
    uniform = np.random.default_rng(seed).random((count, len(FACTORS)))
    columns = [
        np.floor(uniform[:, i] * len(factor.values)) if factor.values else factor.low + (factor.high - factor.low) * uniform[:, i]
        for i, factor in enumerate(FACTORS)
    ]  # fmt: skip
    return np.stack(columns, 1)


def render(factors: Array, size: int = SIZE) -> Array:
    """[N, 6] factors to [N, size, size, 3] uint8, from signed distances, so that edges are soft and moves are smooth."""
    made = np.empty((len(factors), size, size, 3), np.uint8)
    for first in range(0, len(factors), 128):  # so few that they stay in the processor's cache
        made[first : first + 128] = _render(factors[first : first + 128], size)
    return made


def _render(factors: Array, size: int) -> Array:
    shape, scale, turn, x, y, hue = (column[:, None, None] for column in factors.T)
    place = (np.arange(size) + 0.5) * 2 / size - 1
    right, down = place[None, None, :] - x, place[None, :, None] - y
    u, v = np.cos(turn) * right + np.sin(turn) * down, -np.sin(turn) * right + np.cos(turn) * down
    square = np.maximum(abs(u), abs(v)) - scale * 0.9
    ellipse = np.hypot(u * 0.62, v * 1.25) - scale * 0.8
    triangle = np.maximum(v - scale * 0.75, abs(u) * 0.866 - v * 0.5 - scale * 0.7)
    distance = np.choose(shape.astype(int), (square, ellipse, triangle))
    cover = np.clip(0.5 - distance * size / 2, 0, 1)[..., None]
    colour = np.array([colorsys.hsv_to_rgb(h, 0.85, 1.0) for h in hue.ravel()])[:, None, None, :]
    made: Array = np.rint(255 * (GROUND + (colour - GROUND) * cover)).astype(np.uint8)
    return made
