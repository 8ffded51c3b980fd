"""The parameterization of pictures: Fourier coefficients of decorrelated colours, through a sigmoid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from atlas.core.specs import Array

# Square root of the colour covariance of ImageNet's pixels (lucid `param/color.py`).
COLOUR = ((0.26, 0.09, 0.02), (0.27, 0.00, -0.05), (0.27, -0.09, 0.03))


@dataclass(frozen=True)
class FourierImage:
    """Square pictures of `size` pixels as spectra `[image, 3, size, size // 2 + 1, 2]` (real and imaginary part).

    Each frequency is scaled by 1 / frequency^decay, so that equal steps change all scales of a natural image alike;
    the highest one (Nyquist, whose phase a grid of pixels cannot hold) is left out. Source: lucid `param/spatial.py`
    (Olah et al. 2017).
    """

    size: int
    decay: float

    def start(self, generators: list[torch.Generator], deviation: float) -> Tensor:
        """Random spectra of standard deviation `deviation`, one from each generator, always on the CPU."""
        shape = (3, self.size, self.size // 2 + 1, 2)
        return torch.stack([torch.randn(shape, generator=generator) for generator in generators]) * deviation

    def render(self, spectra: Tensor, side: int | None = None) -> Tensor:
        """The pictures, `[image, 3, side, side]` in (0, 1), at their own size or, from the same waves, at another."""
        side = side or self.size
        scale, colour = (constant.to(spectra.device) for constant in _constants(self.size, self.decay))
        waves = torch.view_as_complex(spectra * scale)
        if side != self.size:
            waves = _resized(waves, side) * (side / self.size) ** 2
        flat = torch.fft.irfft2(waves, s=(side, side))
        return torch.sigmoid(torch.einsum("rc,ichw->irhw", colour, flat))


def _resized(waves: Tensor, side: int) -> Tensor:
    """The spectrum of a picture of `side` pixels with the same waves, up to its Nyquist frequency."""
    half = min(waves.shape[2], side) // 2
    resized = waves.new_zeros(*waves.shape[:2], side, side // 2 + 1)
    resized[:, :, :half, :half] = waves[:, :, :half, :half]
    resized[:, :, 1 - half :, :half] = waves[:, :, 1 - half :, :half]
    return resized


@lru_cache(maxsize=8)
def _constants(size: int, decay: float) -> tuple[Tensor, Tensor]:
    """Scale of each frequency [size, size // 2 + 1, 1] and the colour matrix [rgb, component]."""
    rows, columns = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]
    frequency = np.maximum(np.hypot(rows, columns), 1 / size)
    scale = size / frequency**decay / 4
    scale[size // 2], scale[:, size // 2] = 0, 0
    colour = np.array(COLOUR)
    colour = colour / np.linalg.norm(colour, axis=0).max()
    return torch.from_numpy(scale).float()[..., None], torch.from_numpy(colour).float()


def to_bytes(rgb: Tensor) -> Array:
    """Pictures `[image, 3, height, width]` in [0, 1] as `[image, height, width, 3]` uint8."""
    pixels: Array = (rgb.detach().cpu() * 255).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
    return pixels
