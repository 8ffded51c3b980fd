"""Reading z back from a picture, to tell how far an edit leaves the rest alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.types import Array

SIDE = 32  # pixels of the reduced picture


@dataclass(frozen=True)
class Reader:
    """Ridge regression from a reduced picture to the free columns of z."""

    mean: Array  # [P]
    weights: Array  # [P, free]
    bias: Array  # [free]
    r2: float  # held-out share of the variance of z that is read

    def read(self, rgb: Array) -> Array:
        """[N, free] estimates from pictures [N, S, S, 3] uint8."""
        found: Array = (reduced(rgb) - self.mean) @ self.weights + self.bias
        return found


def reduced(rgb: Array) -> Array:
    """[N, 32 * 32 * 3] float64 means over blocks of [N, S, S, 3] uint8, in [0, 1]."""
    count, size = rgb.shape[:2]
    step = size // SIDE
    blocks: Array = rgb.reshape(count, SIDE, step, SIDE, step, 3).mean((2, 4)) / 255
    return blocks.reshape(count, -1)


def fit(rgb: Array, z: Array, strength: float = 30.0) -> Reader:
    """A reader of z [N, free] from pictures [N, S, S, 3]: learned on three quarters, judged on the rest."""
    pixels, cut = reduced(rgb), len(z) * 3 // 4
    mean, bias = pixels[:cut].mean(0), z[:cut].mean(0)
    x = pixels[:cut] - mean
    weights = x.T @ np.linalg.solve(x @ x.T + strength * np.eye(len(x)), z[:cut] - bias)  # fewer samples than pixels
    missed = (pixels[cut:] - mean) @ weights + bias - z[cut:]
    r2 = 1 - (missed**2).sum() / ((z[cut:] - bias) ** 2).sum()
    return Reader(mean, weights, bias, float(r2))


def likeness(a: Array, b: Array, vector: Array) -> Array:
    """[N] cosine of the estimates a and b [N, free] after the edited direction is taken out of both."""
    left, right = (values - (values @ vector)[:, None] * vector for values in (a, b))
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    found: Array = (left * right).sum(1) / np.where(lengths > 0, lengths, 1)
    return found
