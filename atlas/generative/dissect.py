"""What a single unit of a generator draws (GAN Dissection, Bau et al. 2019): take it away, put it in, and look at the pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.generative.latent import Generator, features, pictures
from atlas.types import Array, LayerSpec

if TYPE_CHECKING:
    from torch import Tensor

SHOWN = 4  # pictures on which a unit is on the most


@dataclass(frozen=True)
class Dissection:
    """U units of one layer on pictures of S x S pixels; changes are mean |difference| over channels, in [0, 1]."""

    units: Array  # [U] int
    ablated: Array  # [U] mean change of a pixel when the unit is held at zero, over all pictures
    map: Array  # [U, S, S] float32: where the pixels change
    top: Array  # [U, 4, S, S, 3] uint8: the pictures on which it is on the most
    without: Array  # [U, 4, S, S, 3] uint8: the same with the unit held at zero
    heat: Array  # [U, 4, h, w] uint8: the unit's own map on them, 255 = its largest value
    inserted: (
        Array  # [U, 2, S, S, 3] uint8: a picture where it is quiet, before and after it is switched on in the middle
    )
    percentile: Array  # [U] share of the layer's other measured units that change less


@contextmanager
def changed(generator: Generator, layer: LayerSpec, change: Callable[[Tensor], Tensor]) -> Iterator[None]:
    """While open, what `layer` puts out is passed through `change`."""

    def hook(_module: object, _inputs: object, output: Tensor) -> Tensor:
        return change(output)

    handle = generator.module.get_submodule(layer.path).register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def held(unit: int, value: float = 0.0) -> Callable[[Tensor], Tensor]:
    """A change that holds one unit at a value everywhere."""

    def change(output: Tensor) -> Tensor:
        output = output.clone()
        output[:, unit] = value
        return output

    return change


def switched_on(unit: int, value: float) -> Callable[[Tensor], Tensor]:
    """A change that sets one unit to a value in the middle quarter of the map."""

    def change(output: Tensor) -> Tensor:
        output = output.clone()
        size = output.shape[-1]
        inner = slice(size // 4, size - size // 4)
        output[:, unit, inner, inner] = value
        return output

    return change


def dissect(generator: Generator, layer: LayerSpec, z: Array, units: Sequence[int], whole: int = 8) -> Dissection:
    """Dissection of `units`, from latent vectors z [N, Z]; the first `whole` of them measure the ablation."""
    maps = features(generator, z, layer)
    plain = pictures(generator, z[:whole])
    found = [_unit(generator, layer, z, plain, maps[:, unit], unit) for unit in units]
    amount, where, top, without, heat, inserted = (np.stack(column) for column in zip(*found, strict=True))
    rank = np.array([(np.delete(amount, i) < amount[i]).mean() for i in range(len(amount))])
    return Dissection(np.asarray(units), amount, where, top, without, heat, inserted, rank)


def _unit(
    generator: Generator, layer: LayerSpec, z: Array, plain: Array, maps: Array, unit: int
) -> tuple[Array, Array, Array, Array, Array, Array]:
    level = maps.reshape(len(z), -1).mean(1)
    order = np.argsort(-level, kind="stable")
    top, quiet = order[:SHOWN], order[-1:]
    with changed(generator, layer, held(unit)):
        ablated, without = pictures(generator, z[: len(plain)]), pictures(generator, z[top])
    difference = np.abs(ablated.astype(np.float32) - plain).mean((0, 3)) / 255
    before = pictures(generator, z[quiet])
    with changed(generator, layer, switched_on(unit, float(np.quantile(maps, 0.999)))):
        after = pictures(generator, z[quiet])
    heat = np.rint(255 * np.clip(maps[top] / max(float(maps[top].max()), 1e-9), 0, 1)).astype(np.uint8)
    shown = pictures(generator, z[top])
    return np.array(difference.mean()), difference, shown, without, heat, np.concatenate([before, after])
