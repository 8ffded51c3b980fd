"""Aliasing: a map at every input pixel, and the share of its power that the stride of the network aliases.

A layer with a stride samples its map. What varies faster than half of the sampling rate (Nyquist) is not lost but
appears at a lower frequency: aliasing, which Zeiler and Fergus (2014) found in AlexNet's second layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.core.specs import Array

if TYPE_CHECKING:
    from torch import Tensor

BINS = 32  # of a spectrum, from 0 to half a cycle per pixel


def dense_maps(module: Any, images: Tensor) -> tuple[tuple[Tensor, int], tuple[Tensor, int]]:
    """The maps of the first two layers before the nonlinearity at every input pixel, [N, C, H, W], and their strides.

    `module` has `conv1`, `reduce1` (pools and normalizations in any order), `relu` and `conv2`, as AlexNet has. Strides
    become dilations of what follows (à trous), so that every stride-th sample is the value that the network computes.
    """
    from torch import nn
    from torch.nn import functional

    one, two = module.conv1, module.conv2
    first = functional.conv2d(images, one.weight, one.bias, padding=one.padding)
    stride = step = one.stride[0]
    value = module.relu(first)
    for part in module.reduce1:
        if isinstance(part, nn.MaxPool2d):
            value = functional.max_pool2d(value, part.kernel_size, stride=1, dilation=step)
            step *= part.stride
        else:
            value = part(value)
    pad = two.padding[0] * step
    second = functional.conv2d(value, two.weight, two.bias, padding=pad, dilation=step, groups=two.groups)
    return (first, stride), (second, step * two.stride[0])


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
