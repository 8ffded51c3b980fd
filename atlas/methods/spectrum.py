"""The power of maps by spatial frequency, and the share of it that sampling with a stride aliases."""

from __future__ import annotations

import numpy as np

from atlas.core.specs import Array

BINS = 32  # of a spectrum, from 0 to half a cycle per pixel


def power(maps: Array) -> tuple[Array, Array]:
    """The power of maps [..., H, W] at each frequency [..., H, W], and those frequencies [H, W] in cycles per pixel.

    Each map is taken without its mean and under a Hann window. A frequency is the larger of the horizontal and the
    vertical one, because a square grid with stride s represents those with both at most 1 / (2 s).
    """
    height, width = maps.shape[-2:]
    window = np.outer(np.hanning(height + 2)[1:-1], np.hanning(width + 2)[1:-1])
    centred = maps - maps.mean((-2, -1), keepdims=True)
    spectrum = np.abs(np.fft.fft2(centred * window)) ** 2
    rows, columns = np.abs(np.fft.fftfreq(height)), np.abs(np.fft.fftfreq(width))
    return spectrum, np.maximum(rows[:, None], columns[None, :])


def aliased(spectrum: Array, frequency: Array, stride: int) -> Array:
    """The share [...] of the power [..., H, W] above the Nyquist frequency of `stride`, in [0, 1]; 0 without power."""
    total = spectrum.sum((-2, -1))
    above = (spectrum * (frequency > 0.5 / stride)).sum((-2, -1))
    out: Array = above / np.maximum(total, 1e-30)
    return out


def by_frequency(spectrum: Array, frequency: Array) -> Array:
    """The shares [..., BINS] of the power [..., H, W] in equal bands up to half a cycle per pixel; they sum to 1."""
    band = np.minimum((frequency * 2 * BINS).astype(int), BINS - 1).ravel()
    flat = spectrum.reshape(*spectrum.shape[:-2], -1)
    sums = np.stack([flat[..., band == index].sum(-1) for index in range(BINS)], -1)
    out: Array = sums / np.maximum(sums.sum(-1, keepdims=True), 1e-30)
    return out
