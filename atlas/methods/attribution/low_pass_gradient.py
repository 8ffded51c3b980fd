"""A low-pass gradient after FORGrad (Muzellec et al. 2024): the frequencies of the gradient that are not noise.

Stride and pooling alias, so gradients have much power at high frequencies. FORGrad chooses the cut-off of each network
by a faithfulness score. Here the gradients of two noisy copies of an image are compared, frequency by frequency: beyond
the cut-off less than half of the power is common to both (a Fourier ring correlation of 0.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array
from atlas.methods.attribution.method import METHODS, Attribution, Method
from atlas.methods.attribution.noise import noise
from atlas.methods.attribution.saliency import image_gradients
from atlas.methods.attribution.score import gradients

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

IMAGES = 16  # random ones with the spectrum of photographs, which the cut-off of a network is measured on
LEVEL = 0.02  # standard deviation of the noise, as a share of the image's range
COMMON = 0.5
RINGS = 32  # of the frequencies up to the highest of rows and columns, 1/2 a pixel


def ring_correlation(one: Tensor, two: Tensor) -> Array:
    """[RINGS] correlation of the waves of two sets of maps [B, C, S, S] in each ring of frequencies."""
    import torch

    first, second = torch.fft.fft2(one.double()), torch.fft.fft2(two.double())
    ring = torch.from_numpy(np.minimum(frequencies(one.shape[-1]) * 2 * RINGS, RINGS).astype(np.int64))

    def sums(values: Tensor) -> Tensor:
        total = values.sum((0, 1)).flatten()
        return torch.zeros(RINGS + 1, dtype=total.dtype).index_add_(0, ring.flatten(), total)[:RINGS]

    common = sums((first * second.conj()).real)
    return np.asarray(common / (sums(first.abs() ** 2) * sums(second.abs() ** 2)).sqrt().clamp(min=1e-30))


def frequencies(side: int) -> Array:
    """[S, S] the frequency of each wave of a map, in waves a pixel."""
    line = np.fft.fftfreq(side)
    return np.asarray(np.hypot(line[:, None], line))


def cutoff(explained: Explained) -> float:
    """The frequency, in waves a pixel, beyond which less than half of a gradient's power survives a little noise.

    It is 1/2, the highest, where all does, and at least one ring.
    """
    found: float = explained.remember("low-pass cut-off", lambda: _measured(explained))
    return found


def _measured(explained: Explained) -> float:
    import torch

    from atlas.methods.attribution.expected_gradients import pink
    from atlas.methods.attribution.target import against_runner_up

    images = pink(torch.zeros(3, explained.size, explained.size), 0, samples=IMAGES)
    with torch.no_grad():
        response = explained.quick()(images).flatten(1)
    target = against_runner_up(response, response.argmax(1))
    spread = LEVEL * (images.amax((1, 2, 3), keepdim=True) - images.amin((1, 2, 3), keepdim=True))
    copies = [images + spread * torch.stack([noise(image, seed, samples=1)[0] for image in images]) for seed in (1, 2)]
    correlation = ring_correlation(*(gradients(explained.score(target), copy) for copy in copies))
    below = np.flatnonzero(correlation < COMMON)
    return float((below[0] if len(below) else RINGS) or 1) / (2 * RINGS)


def low_pass(maps: Tensor, limit: float) -> Tensor:
    """Maps [B, …, S, S] without the waves beyond `limit`, where a smooth filter passes half of the amplitude."""
    import torch

    passes = torch.from_numpy(1 / (1 + (frequencies(maps.shape[-1]) / limit) ** 8)).to(maps.dtype)  # Butterworth
    found: Tensor = torch.fft.ifft2(torch.fft.fft2(maps) * passes).real
    return found


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps of the signed gradient, summed over the colours and low-passed."""
    return Attribution(low_pass(image_gradients(explained, images, target).sum(1), cutoff(explained)))


METHODS.add(
    "low-pass-gradient",
    Method(
        name="low-pass-gradient",
        title="Low-pass gradient",
        family="gradient",
        year=2024,
        paper="muzellec2024saliency",
        formula="LP_f(Σ_c ∂s/∂x_c)",
        summary="Saliency without its high frequencies. Strides and pools write a pattern of high frequency into every "
        "gradient, which differs from network to network and says little about the image. The cut-off f of each "
        "network is the frequency beyond which the gradients of two copies of an image with a little noise have less "
        "than half of their power in common; FORGrad, which this follows, chooses it by a faithfulness score.",
        attribute=attribute,
        parameters={"images": IMAGES, "noise": LEVEL, "common": COMMON},
    ),
)
