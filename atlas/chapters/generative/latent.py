"""A generator with its weights: drawing z, making pictures, reading layers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.generative.readout import PREFIX
from atlas.core.hooks import put, tap
from atlas.core.specs import Array, GeneratorSpec, LayerSpec
from atlas.runtime.precision import native_autocast
from atlas.weights import load as weights

if TYPE_CHECKING:
    from torch import Tensor, nn

BATCH, LARGE = 64, 128  # pictures at a time, up to so many pixels a side; fewer of larger ones


@dataclass(frozen=True)
class Generator:
    """A generator, frozen, in evaluation mode."""

    spec: GeneratorSpec
    module: nn.Module


def load(spec: GeneratorSpec, folder: str = "") -> Generator:
    """The generator with its pinned or locked weights, float32; WeightsError where they are missing or wrong.

    `folder` is the recipe's folder of weight files.
    """
    import torch

    path = weights.locate(spec.weights, folder)
    weights.check(path, spec.weights.sha256)
    read = weights.read(path, spec.inner, spec.records)
    state = {key: value for key, value in read.items() if not key.startswith(PREFIX)}
    module = weights.fill(spec.build(), weights.named(spec, state, str(path)), spec.name, str(path))
    return Generator(spec, module.to(memory_format=torch.channels_last))


def draw(generator: Generator, count: int, seed: int) -> Array:
    """[N, Z] float32 latent vectors as the module takes them.

    They are those of `draw_noise`, with the noise mapped where the spec names a mapping.
    """
    import torch

    spec, z = generator.spec, draw_noise(generator.spec, count, seed)
    if spec.mapping:
        with torch.inference_mode():
            z[:, : spec.noise] = generator.module.get_submodule(spec.mapping)(_tensor(z[:, : spec.noise])).numpy()
    return z


def draw_noise(spec: GeneratorSpec, count: int, seed: int) -> Array:
    """[N, Z] float32: normal noise (cut where the spec says so), uniform numbers, choices in turn."""
    random = np.random.default_rng(seed)
    z = np.zeros((count, spec.z), np.float32)
    z[:, : spec.noise] = _noise(random, (count, spec.noise), spec.cut)
    z[:, spec.noise : spec.free] = random.random((count, spec.numbers)) * 2 - 1
    if spec.choices:
        z[np.arange(count), spec.free + np.arange(count) % len(spec.choices)] = 1
    return z


def _noise(random: np.random.Generator, shape: tuple[int, int], cut: float) -> Array:
    """Standard normal numbers; where there is a cut, those beyond it are drawn again."""
    values: Array = random.standard_normal(shape)
    while cut and (beyond := np.abs(values) > cut).any():
        values[beyond] = random.standard_normal(beyond.sum())
    return values


def pictures(generator: Generator, z: Array, *, quick: bool = False) -> Array:
    """[N, S, S, 3] uint8 pictures of z [N, Z].

    `quick`, for what is only measured, computes in bfloat16 (0.2 grey levels off) where the processor has it.
    """
    import torch

    made = np.empty((len(z), generator.spec.size, generator.spec.size, 3), np.uint8)
    with torch.inference_mode(), native_autocast(enabled=quick and generator.spec.quick):
        for part in _parts(generator.spec, len(z)):
            made[part] = to_pixels(generator.module(_tensor(z[part])), generator.spec.low)
    return made


def pictures_with(generator: Generator, z: Array, layer: LayerSpec) -> tuple[Array, Array]:
    """(quick pictures [N, S, S, 3] uint8 of z [N, Z], features [N, C * 4] float32), in one pass.

    Features are the means of the quarters of `layer`'s maps; a layer without maps gives [N, C].
    """
    found: list[Array] = []
    with tap(generator.module, [layer], lambda _layer, value: found.append(_quarters(value))):
        made = pictures(generator, z, quick=True)
    return made, np.concatenate(found)


def _quarters(value: Tensor) -> Array:
    from torch.nn import functional as F

    pooled: Array = (F.adaptive_avg_pool2d(value, 2) if value.ndim == 4 else value).flatten(1).float().numpy()
    return pooled


def _parts(spec: GeneratorSpec, count: int) -> list[slice]:
    """`count` latent vectors in batches whose pictures have about as many pixels in all."""
    size = max(1, min(BATCH, BATCH * LARGE**2 // spec.size**2))
    return [slice(first, min(first + size, count)) for first in range(0, count, size)]


def to_pixels(rgb: Tensor, low: float = -1.0) -> Array:
    """[N, 3, H, W] in [low, 1] to [N, H, W, 3] uint8."""
    found: Array = ((rgb.float().clamp(low, 1) - low) * (255 / (1 - low))).round().byte().permute(0, 2, 3, 1).numpy()
    return found


class _Enough(Exception):
    """The layer has been read; what comes after it is not needed."""


def features(generator: Generator, z: Array, layer: LayerSpec) -> Array:
    """[N, C, H, W] (or [N, C]) float32 output of `layer`; what lies behind it is not computed."""
    import torch

    found: list[Array] = []

    def receive(_layer: LayerSpec, value: Tensor) -> None:
        found.append(value.numpy().copy())
        raise _Enough

    for part in _parts(generator.spec, len(z)):
        with torch.inference_mode(), tap(generator.module, [layer], receive), suppress(_Enough):
            generator.module(_tensor(z[part]))
    return np.concatenate(found)


def pictures_from(generator: Generator, z: Array, layer: LayerSpec, maps: Array) -> Array:
    """[N, S, S, 3] uint8 pictures that the generator makes of z [N, Z] where `layer` puts out `maps` [N, C, H, W].

    What lies before the layer is computed for one z only, unless what lies behind it reads z again.
    """
    import torch

    spec = generator.spec
    made = np.empty((len(z), spec.size, spec.size, 3), np.uint8)
    for part in _parts(spec, len(z)):
        value = torch.from_numpy(maps[part]).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode(), put(generator.module, layer, value):
            made[part] = to_pixels(generator.module(_tensor(z[part] if spec.again else z[part][:1])), spec.low)
    return made


def first_affine(generator: Generator) -> Array:
    """[outputs, free] float64: the first step from z, weights times batch normalization, for the columns that can move.

    Measured, not read: the first step is affine in z, so differences of its outputs are its columns, whatever it is
    made of. What lies behind it is not computed.
    """
    import torch

    spec = generator.spec
    layer = LayerSpec("first", spec.first, 0, "First affine step", axes="unit")
    base = torch.zeros(1 + spec.free, spec.z, dtype=torch.float64)
    base[1:, : spec.free] = torch.eye(spec.free, dtype=torch.float64)
    found: list[Tensor] = []

    def receive(_layer: LayerSpec, value: Tensor) -> None:
        found.append(value.flatten(1).clone())
        raise _Enough

    module = generator.module.double()
    try:
        with torch.inference_mode(), tap(module, [layer], receive), suppress(_Enough):
            module(base)
    finally:
        module.float()
    table: Array = (found[0][1:] - found[0][:1]).T.numpy()
    return table


def _tensor(z: Array | Sequence[Array]) -> Tensor:
    import torch

    return torch.from_numpy(np.ascontiguousarray(z, dtype=np.float32))
