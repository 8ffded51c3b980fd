"""Image quality: interpolation, checkerboard artefacts, precision, recall and Fréchet distance against real images."""

from __future__ import annotations

import numpy as np

from atlas.core.specs import Array

BLOCK = 1000  # small pictures that are compared at a time, so that they stay in the processor's cache
FEW = 64  # pictures of any size, likewise


def linear(a: Array, b: Array, steps: int) -> Array:
    """[steps, Z] on the straight line from a to b: shorter vectors in between than those of training."""
    share = np.linspace(0, 1, steps)[:, None]
    found: Array = (1 - share) * a + share * b
    return found


def spherical(a: Array, b: Array, steps: int) -> Array:
    """[steps, Z] on the great circle from a to b (White 2016), with lengths in between."""
    cosine = np.clip(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)), -1, 1)
    angle = np.arccos(cosine)
    if angle < 1e-6:
        return linear(a, b, steps)
    share = np.linspace(0, 1, steps)[:, None]
    found: Array = (np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / np.sin(angle)
    return found


def spectrum(rgb: Array) -> Array:
    """[S/2 + 1] mean power of the luminance of [N, S, S, 3] uint8 by horizontal frequency, in cycles per image.

    Each image's mean is subtracted.
    """
    power = np.zeros(rgb.shape[2] // 2 + 1)
    for first in range(0, len(rgb), FEW):
        red, green, blue = (rgb[first : first + FEW, :, :, channel] for channel in range(3))
        light = (red.astype(np.float64) + green + blue) / (3 * 255)
        power += (np.abs(np.fft.rfft(light - light.mean((1, 2), keepdims=True), axis=2)) ** 2).sum((0, 1))
    found: Array = power / (len(rgb) * rgb.shape[1])
    return found


def checkerboard(power: Array) -> float:
    """Excess of the power at the highest frequency (a period of two pixels) over its neighbours, in decibels.

    0 for a smooth spectrum. Transposed convolutions with stride 2 leave a pattern of that period where their kernels
    overlap unevenly (Odena et al. 2016).
    The neighbours are extended on a straight line in decibels.
    """
    level = 10 * np.log10(power + 1e-12)
    before = level[-6:-1]
    slope, start = np.polyfit(np.arange(5), before, 1)
    return float(level[-1] - (start + 5 * slope))


def frechet(a: Array, b: Array) -> float:
    """Fréchet distance of the Gaussians through features a [N, D] and b [M, D] (Heusel et al. 2017)."""
    mean = ((a.mean(0) - b.mean(0)) ** 2).sum()
    left, right = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values = np.linalg.eigvals(left @ right).real
    return float(mean + np.trace(left) + np.trace(right) - 2 * np.sqrt(np.clip(values, 0, None)).sum())


def precision_recall(real: Array, made: Array, k: int = 3) -> tuple[float, float]:
    """(precision, recall) of features made [N, D] against real [M, D] (Kynkäänniemi et al. 2019).

    Precision is the share of `made` within the balls of the real ones' k-th neighbours, recall the reverse.
    """
    return _covered(made, real, k), _covered(real, made, k)


def _covered(points: Array, by: Array, k: int) -> float:
    own = _squares(by, by)
    radius = np.sort(own, axis=1)[:, k]  # column 0 is the point itself
    return float((_squares(points, by) <= radius).any(1).mean())


def _squares(a: Array, b: Array) -> Array:
    left, right = (np.einsum("ij,ij->i", one, one) for one in (a, b))
    found: Array = np.maximum(left[:, None] + right - 2 * (a @ b.T), 0)
    return found


def nearest(made: Array, real: Array) -> tuple[Array, Array]:
    """([N] index of the nearest in `real`, [N] root mean square difference in [0, 1]) of `made` [N, S, S, 3] uint8."""
    a = made.reshape(len(made), -1).astype(np.float32)
    blocks = (real[first : first + BLOCK].reshape(-1, a.shape[1]) for first in range(0, len(real), BLOCK))
    squares = np.concatenate([_squares(a, block.astype(np.float32)) for block in blocks], 1)
    index = squares.argmin(1)
    return index, np.sqrt(squares[np.arange(len(a)), index] / a.shape[1]) / 255
