"""The studies of one generator, each as arrays and plain facts: a sample, units, the middle layer, quality. Directions are a study of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.chapters.generative import quality
from atlas.chapters.generative.attributes import measure, smaller
from atlas.chapters.generative.dissect import dissect
from atlas.chapters.generative.identity import reduced
from atlas.chapters.generative.latent import Generator, draw, pictures, pictures_with
from atlas.core.seeds import name_seed
from atlas.core.specs import Array, GeneratorSpec, LayerSpec

Found = tuple[dict[str, Array], dict[str, Any]]
STEPS = 9  # pictures of an interpolation and of a truncation
LONGEST = 2.0  # longest latent vector of the truncation, in shares of its own length


def study_sample(generator: Generator, *, count: int, seed: int) -> Found:
    """Latent vectors, their pictures, every attribute of them, and the features that the latent map lays out."""
    spec = generator.spec
    z = draw(generator, count, name_seed(f"{spec.name}/sample", seed))
    if spec.layers:
        rgb, features = pictures_with(generator, z, middle(spec))
    else:
        rgb = pictures(generator, z, quick=True)
        features = reduced(rgb).astype(np.float32)
    small = smaller(rgb)
    found = {"z": z, "rgb": small, "measures": measure(small, spec.subject), "features": features}
    return found | {"power": quality.spectrum(rgb)}, {}


def middle(spec: GeneratorSpec) -> LayerSpec:
    """The layer whose features the latent map lays out: the middle one."""
    return spec.layers[len(spec.layers) // 2]


def study_units(generator: Generator, *, count: int, seed: int) -> Found:
    """Dissection of `count` units of each layer with maps, spread evenly."""
    spec = generator.spec
    z = draw(generator, 64, name_seed(f"{spec.name}/edited", seed))
    plain = pictures(generator, z)
    arrays: dict[str, Array] = {}
    layers = [layer for layer in spec.layers if layer.spatial]
    for layer in layers:
        found = dissect(generator, layer, z, plain, layer.spread(count))
        arrays |= {f"{layer.name}/{key}": value for key, value in vars(found).items()}
    return arrays, {"layers": [layer.name for layer in layers], "widths": [layer.units for layer in layers]}


def study_quality(generator: Generator, sample: dict[str, Array], *, seed: int) -> Found:
    """Interpolation, truncation and the spectrum."""
    spec = generator.spec
    z = draw(generator, 16, name_seed(f"{spec.name}/edited", seed))
    z[:, spec.free :] = z[0, spec.free :]  # one choice for all
    lines = [quality.linear(z[0], z[1], STEPS), quality.spherical(z[0], z[1], STEPS)]
    shares = np.linspace(0, LONGEST, STEPS)
    cut = np.repeat(z[:3, None], len(shares), 1)
    cut[:, :, : spec.free] *= shares[None, :, None]
    power = sample["power"]
    arrays = {
        "interpolation": np.stack([pictures(generator, line.astype(np.float32)) for line in lines]),
        "truncation": pictures(generator, cut.reshape(-1, spec.z)).reshape(3, len(shares), spec.size, spec.size, 3),
        "truncations": shares,
        "power": power,
    }
    return arrays, {"checkerboard": quality.checkerboard(power), "longest": LONGEST}
