"""Reading z back from a picture, to measure how far an edit preserves the rest (identity preservation)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from atlas.core.specs import Array, GeneratorSpec
from atlas.weights import load as weights

if TYPE_CHECKING:
    from torch import Tensor, nn

SIDE = 32  # pixels of the reduced picture that the linear reader sees
BATCH = 256


class Reader(Protocol):
    """What estimates the free columns of z [N, free] from pictures [N, S, S, 3] uint8."""

    @property
    def r2(self) -> float:
        """Held-out share of the variance of z that is read."""
        ...

    @property
    def kind(self) -> str:
        """What it is, in a word or two."""
        ...

    def read(self, rgb: Array) -> Array:
        """[N, free] estimates."""
        ...


@dataclass(frozen=True)
class Convolutional:
    """A small network that learned from the generator's own pictures (`atlas train reader-GENERATOR`)."""

    module: nn.Module
    r2: float
    kind: str = "convolutional"

    def read(self, rgb: Array) -> Array:
        """[N, free] estimates from pictures [N, S, S, 3] uint8 of the size that it learned."""
        return read_with(self.module, rgb)


@dataclass(frozen=True)
class Linear:
    """Ridge regression from a reduced picture to the free columns of z."""

    mean: Array  # [P]
    slopes: Array  # [P, free]
    bias: Array  # [free]
    r2: float
    kind: str = "linear"

    def read(self, rgb: Array) -> Array:
        """[N, free] estimates from pictures [N, S, S, 3] uint8."""
        found: Array = (reduced(rgb) - self.mean) @ self.slopes + self.bias
        return found


def reader_of(spec: GeneratorSpec, rgb: Array, z: Array) -> Reader:
    """The reader that is shipped for a generator, scored on pictures [N, S, S, 3] uint8 that it never saw.

    Where none is shipped, a linear one, fitted to these pictures and their latent vectors z [N, free].
    """
    if spec.reader is None:
        return fit(rgb, z)
    from atlas.networks.modules.latent_reader import LatentReader

    path = weights.locate(spec.reader)
    weights.check(path, spec.reader.sha256)
    module = weights.fill(
        LatentReader(spec.free, rgb.shape[1]), weights.read(path), f"reader of {spec.name}", str(path)
    )
    return Convolutional(module, explained(read_with(module, rgb), z))


def as_input(rgb: Array) -> Tensor:
    """[N, S, S, 3] uint8 to [N, 3, S, S] float32 in [-1, 1]."""
    import torch

    return torch.from_numpy(rgb).permute(0, 3, 1, 2).float() / 127.5 - 1


def read_with(module: nn.Module, rgb: Array) -> Array:
    """[N, free] estimates of a reader's module from pictures [N, S, S, 3] uint8."""
    import torch

    with torch.inference_mode():
        parts = [module(as_input(rgb[first : first + BATCH])).numpy() for first in range(0, len(rgb), BATCH)]
    return np.concatenate(parts)


def explained(found: Array, z: Array) -> float:
    """R^2 over all columns: share of the variance of z [N, free] that estimates [N, free] hold."""
    return float(1 - ((found - z) ** 2).sum() / ((z - z.mean(0)) ** 2).sum())


def reduced(rgb: Array) -> Array:
    """[N, 32 * 32 * 3] float64 means over blocks of [N, S, S, 3] uint8, in [0, 1]."""
    count, size = rgb.shape[:2]
    step = size // SIDE
    blocks: Array = rgb.reshape(count, SIDE, step, SIDE, step, 3).mean((2, 4)) / 255
    return blocks.reshape(count, -1)


def fit(rgb: Array, z: Array, strength: float = 30.0) -> Linear:
    """A linear reader of z [N, free] from pictures [N, S, S, 3]: fitted on three quarters, scored on the rest."""
    pixels, cut = reduced(rgb), len(z) * 3 // 4
    mean, bias = pixels[:cut].mean(0), z[:cut].mean(0)
    x = pixels[:cut] - mean
    slopes = x.T @ np.linalg.solve(x @ x.T + strength * np.eye(len(x)), z[:cut] - bias)  # fewer samples than pixels
    return Linear(mean, slopes, bias, explained((pixels[cut:] - mean) @ slopes + bias, z[cut:]))


def identity_preservation(a: Array, b: Array, vector: Array) -> Array:
    """[N] cosine of the estimates a and b [N, free] after the edited direction is taken out of both."""
    left, right = (values - (values @ vector)[:, None] * vector for values in (a, b))
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    found: Array = (left * right).sum(1) / np.where(lengths > 0, lengths, 1)
    return found
