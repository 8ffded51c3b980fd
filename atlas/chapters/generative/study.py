"""The studies of one generator: a sample, its units, its quality. Directions are a study of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from atlas.chapters.generative import quality
from atlas.chapters.generative.attributes import measure, smaller
from atlas.chapters.generative.dissect import Dissection, dissect
from atlas.chapters.generative.identity import reduced
from atlas.chapters.generative.latent import Generator, draw, pictures, pictures_with
from atlas.core.pack import stored
from atlas.core.seeds import name_seed
from atlas.core.specs import Array, GeneratorSpec, LayerSpec

STEPS = 9  # pictures of an interpolation and of a truncation
LONGEST = 2.0  # longest latent vector of the truncation, in shares of its own length
SCALED = 3  # latent vectors of the truncation


@dataclass(frozen=True)
class Sample:
    """N latent vectors, their pictures, and what is measured on them."""

    z: Array  # [N, Z] float32
    rgb: Array  # [N, s, s, 3] uint8, at most 64 pixels a side
    measures: Array  # [N, A] float64: every attribute of the subject
    features: Array  # [N, D] float32, which the latent map lays out
    power: Array  # [S/2 + 1] mean power of the luminance by horizontal frequency


@dataclass(frozen=True)
class UnitStudy:
    """Dissected units of every layer with maps, in the generator's order."""

    layers: tuple[str, ...]  # names
    widths: tuple[int, ...]  # units of each layer
    dissections: Mapping[str, Dissection] = stored("", keys="layers")  # by layer


@dataclass(frozen=True)
class QualityStudy:
    """Interpolations, truncations and the spectrum of a generator; T pictures a row."""

    interpolation: Array  # [2, T, S, S, 3] uint8: on a straight line, on a great circle
    truncation: Array  # [3, T, S, S, 3] uint8: latent vectors at several lengths
    truncations: Array  # [T] the lengths, in shares of their own
    power: Array  # [S/2 + 1], see `Sample`
    checkerboard: float  # excess of the finest frequency, in dB
    longest: float  # the last of the lengths


def study_sample(generator: Generator, *, count: int, seed: int) -> Sample:
    """Latent vectors, their pictures, every attribute of them, and the features that the latent map lays out."""
    spec = generator.spec
    z = draw(generator, count, name_seed(f"{spec.name}/sample", seed))
    if spec.layers:
        rgb, features = pictures_with(generator, z, middle(spec))
    else:
        rgb = pictures(generator, z, quick=True)
        features = reduced(rgb).astype(np.float32)
    small = smaller(rgb)
    return Sample(z, small, measure(small, spec.subject), features, quality.spectrum(rgb))


def middle(spec: GeneratorSpec) -> LayerSpec:
    """The layer whose features the latent map lays out: the middle one."""
    return spec.layers[len(spec.layers) // 2]


def study_units(generator: Generator, *, count: int, seed: int) -> UnitStudy:
    """Dissection of `count` units of each layer with maps, spread evenly."""
    spec = generator.spec
    z = draw(generator, 64, name_seed(f"{spec.name}/edited", seed))
    plain = pictures(generator, z)
    layers = [layer for layer in spec.layers if layer.spatial]
    return UnitStudy(
        layers=tuple(layer.name for layer in layers),
        widths=tuple(layer.units for layer in layers),
        dissections={layer.name: dissect(generator, layer, z, plain, layer.spread(count)) for layer in layers},
    )


def study_quality(generator: Generator, sample: Sample, *, seed: int) -> QualityStudy:
    """Interpolation, truncation and the spectrum."""
    spec = generator.spec
    z = draw(generator, 16, name_seed(f"{spec.name}/edited", seed))
    z[:, spec.free :] = z[0, spec.free :]  # one choice for all
    lines = [quality.linear(z[0], z[1], STEPS), quality.spherical(z[0], z[1], STEPS)]
    lengths = np.linspace(0, LONGEST, STEPS)
    scaled = np.repeat(z[:SCALED, None], STEPS, 1)
    scaled[:, :, : spec.free] *= lengths[None, :, None]
    truncation = pictures(generator, scaled.reshape(-1, spec.z))
    return QualityStudy(
        interpolation=np.stack([pictures(generator, line.astype(np.float32)) for line in lines]),
        truncation=truncation.reshape(SCALED, STEPS, spec.size, spec.size, 3),
        truncations=lengths,
        power=sample.power,
        checkerboard=quality.checkerboard(sample.power),
        longest=LONGEST,
    )
