"""A custom generator, loaded and checked against its entry in the recipe before anything is computed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from atlas import weights
from atlas.chapters.generative.latent import Generator, draw, features
from atlas.core.errors import ConfigError
from atlas.core.seeds import name_seed
from atlas.core.sources import CustomModule
from atlas.core.specs import Array, GeneratorSpec, LayerSpec
from atlas.networks.custom_generator import FAILURES, reason
from atlas.weights.fit import fitted, flattened

if TYPE_CHECKING:
    from torch import Tensor

TRIED = 8  # latent vectors
EXCESS = 0.5  # of the range: what lies further beyond it is another range
ROUNDING = 1e-3  # of values that should be equal, in a range of 1 or 2


def load_custom(spec: GeneratorSpec) -> Generator:
    """The generator with its weights; ConfigError or WeightsError where it is not what the recipe says."""
    path = weights.locate(spec.weights)
    weights.check(path, spec.weights.sha256)
    module = spec.build()
    if isinstance(spec.weights, CustomModule):
        found = fitted(module, flattened(weights.contents(path)), name=spec.name, place=str(path))
        module = weights.fill(module, found.state, spec.name, str(path))
    generator = Generator(spec, module.eval())
    z = draw(generator, TRIED, name_seed(f"{spec.name}/tried", 0))
    check_pictures(generator, z)
    if spec.first:
        check_first(generator, z)
    return replace(generator, spec=replace(spec, layers=tuple(_measured(generator, layer, z) for layer in spec.layers)))


def check_pictures(generator: Generator, z: Array) -> None:
    """Raise ConfigError unless z [N, Z] gives finite pictures [N, 3, S, S] in the range of the entry.

    They must differ from one another, be the same when drawn again, and not depend on their batch.
    """
    spec, rgb = generator.spec, _drawn(generator, z)
    wanted = (len(z), 3, spec.size, spec.size)
    if rgb.shape != wanted:
        raise _wrong(
            spec,
            f"z of shape {z.shape} gives {rgb.shape}, not {wanted}",
            "Correct `size`, or wrap the module: red, green, blue first",
        )
    if not np.isfinite(rgb).all():
        raise _wrong(spec, "its pictures hold values that are not finite", "Look at its weights")
    if rgb.min() < spec.low - ROUNDING or rgb.max() > 1 + ROUNDING:
        raise _wrong(
            spec,
            f"its pictures hold values from {rgb.min():.3g} to {rgb.max():.3g}, outside [{spec.low:g}, 1]",
            _into_range(spec, float(rgb.min()), float(rgb.max())),
        )
    if np.ptp(rgb, axis=0).max() < ROUNDING:
        raise _wrong(spec, "it draws the same picture from every z", "Look at its weights")
    if not (rgb == _drawn(generator, z)).all():
        raise _wrong(spec, "it draws another picture from the same z", "Fix its inner noise, and turn dropout off")
    if np.abs(rgb[:1] - _drawn(generator, z[:1])).max() > ROUNDING:
        raise _wrong(spec, "a picture depends on the others of its batch", "Trace or save it after .eval()")


def _into_range(spec: GeneratorSpec, low: float, high: float) -> str:
    """The next move where values leave the range: style generators do so a little, and their authors clamp."""
    if max(spec.low - low, high - 1) <= EXCESS * (1 - spec.low):
        return f"End the module with .clamp({spec.low:g}, 1), as the authors of such generators do before saving"
    return "Correct `values` ([-1, 1] or [0, 1]), or end the module with what brings them there, such as tanh"


def check_first(generator: Generator, z: Array) -> None:
    """Raise ConfigError unless the output of `first` is affine in z [N, Z]: f(a + b) - f(b) = f(a) - f(0)."""
    a, b = z[: len(z) // 2], z[len(z) // 2 :]
    tried = [
        features(generator, where, LayerSpec("first", generator.spec.first, 0, "")) for where in (a + b, b, a, a * 0)
    ]
    both, one, other, none = tried
    if np.abs(both - one - other + none).max() > ROUNDING * np.abs(both).max():
        raise _wrong(
            generator.spec,
            f"the output of first = {generator.spec.first!r} is not affine in z",
            "Name the first linear or normalizing part, before any nonlinearity, or leave `first` out: "
            "SeFa is then left out too",
        )


def _measured(generator: Generator, layer: LayerSpec, z: Array) -> LayerSpec:
    """The layer with its number of units."""
    found = features(generator, z[:2], layer)
    if found.ndim != 4 or found.shape[2] % 2 or found.shape[3] % 2:
        raise _wrong(
            generator.spec,
            f"layers = {layer.path!r} puts out {found.shape}, not maps [N, C, h, w] with even sides",
            "Name a part with maps",
        )
    return replace(layer, units=found.shape[1])


def _drawn(generator: Generator, z: Array) -> Array:
    import torch

    try:
        with torch.inference_mode():
            rgb: Tensor = generator.module(torch.from_numpy(z))
    except FAILURES as error:  # it is the user's code: whatever it raises is reported
        raise _wrong(
            generator.spec,
            f"z of shape {z.shape} is refused ({reason(error)})",
            _accepting(generator.spec, str(error)),
        ) from error
    if not isinstance(rgb, torch.Tensor):
        raise _wrong(generator.spec, f"it gives a {type(rgb).__name__}, not a tensor", "Return the pictures only")
    found: Array = rgb.float().numpy()
    return found


def _accepting(spec: GeneratorSpec, error: str) -> str:
    """The next move where the module refuses z: about its shape, unless torch's reason is another."""
    hints = {
        "cuda": "Move it to the CPU before saving it: no device may be written into its code",
        "dtype": "Save it in float32: call .float() first",
        "Half": "Save it in float32: call .float() first",
        "missing value for argument": "Wrap it in a module that takes z alone and fixes its other arguments",
        "is invalid for input of size": "If it was traced, trace it with 2 pictures: the size of the batch must not be "
        "written into it",
    }
    shape = f"Is z = {spec.z} right? A module that takes another shape, such as [N, z, 1, 1], needs one around it"
    return next((hint for sign, hint in hints.items() if sign.lower() in error.lower()), shape)


def _wrong(spec: GeneratorSpec, what: str, way_out: str) -> ConfigError:
    return ConfigError(f"generative.own.{spec.name}: {what}. {way_out}.")
