"""The studies of one generator, each as arrays and plain facts: a sample, units, the middle layer, quality. Directions are a study of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.generative import quality
from atlas.generative.attributes import measure, smaller
from atlas.generative.dissect import dissect
from atlas.generative.identity import reduced
from atlas.generative.latent import Generator, draw, features, pictures
from atlas.seeds import name_seed
from atlas.types import Array, GeneratorSpec, LayerSpec

Found = tuple[dict[str, Array], dict[str, Any]]
STEPS, LONGEST = (
    9,
    1.5,
)  # pictures of an interpolation; longest latent vector of the truncation, in shares of its own length


def study_sample(generator: Generator, *, count: int, seed: int) -> Found:
    """Latent vectors, their pictures and every attribute of them."""
    z = draw(generator, count, name_seed(f"{generator.spec.name}/sample", seed))
    rgb = pictures(generator, z, quick=True)
    found = {"z": z, "rgb": smaller(rgb), "measures": measure(rgb, generator.spec.subject)}
    return found | {"power": quality.spectrum(rgb)}, {}


def study_units(generator: Generator, *, count: int, seed: int) -> Found:
    """Dissection of `count` units of each layer with maps, spread evenly."""
    spec = generator.spec
    z = draw(generator, 64, name_seed(f"{spec.name}/edited", seed))
    arrays: dict[str, Array] = {}
    layers = [layer for layer in spec.layers if layer.spatial]
    for layer in layers:
        found = dissect(generator, layer, z, layer.spread(count))
        arrays |= {f"{layer.name}/{key}": value for key, value in vars(found).items()}
    return arrays, {"layers": [layer.name for layer in layers], "widths": [layer.units for layer in layers]}


def middle(spec: GeneratorSpec) -> LayerSpec:
    """The layer whose features the latent map lays out: the middle one."""
    return spec.layers[len(spec.layers) // 2]


def pooled(generator: Generator, z: Array) -> Array:
    """[N, C * 4] features of the middle layer, each map as the means of its quarters; small pictures where no layer is read."""
    if not generator.spec.layers:
        return reduced(pictures(generator, z))
    found = features(generator, z, middle(generator.spec))
    count, units, height, width = found.shape
    quarters: Array = found.reshape(count, units, 2, height // 2, 2, width // 2).mean((3, 5))
    return quarters.reshape(count, -1)


def study_quality(generator: Generator, sample: dict[str, Array], *, seed: int) -> Found:
    """Interpolation, truncation and the spectrum."""
    spec = generator.spec
    z = draw(generator, 16, name_seed(f"{spec.name}/edited", seed))
    z[:, spec.free :] = z[0, spec.free :]  # one choice for all
    lines = [quality.linear(z[0], z[1], STEPS), quality.spherical(z[0], z[1], STEPS)]
    shares = np.linspace(0, LONGEST, 7)
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
