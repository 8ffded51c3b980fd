"""What a single unit of a generator draws (GAN Dissection, Bau et al. 2019): take it away, put it in, and look at the pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.generative.latent import Generator, features, pictures_from
from atlas.core.specs import Array, LayerSpec

SHOWN = 4  # pictures on which a unit is on the most
WHOLE = 6  # pictures over which a change is measured
VISIBLE = 4 / 255  # mean change of a pixel over channels that counts as seen


@dataclass(frozen=True)
class Dissection:
    """U units of one layer on pictures of S x S pixels; changes are mean |difference| over channels, in [0, 1]."""

    units: Array  # [U] int
    ablated: (
        Array  # [U] mean change of a pixel when the unit is held at zero, over pictures that were not chosen for it
    )
    changed: Array  # [U] share of the pixels that then change visibly
    map: Array  # [U, S, S] float32: where they change
    top: Array  # [U, 4, S, S, 3] uint8: the pictures on which it is on the most
    without: Array  # [U, 4, S, S, 3] uint8: the same with the unit held at zero
    heat: Array  # [U, 4, h, w] uint8: the unit's own map on them, 255 = its largest value
    inserted: Array  # [U, 2, S, S, 3] uint8: the picture where it is quietest, before and after it is switched on in the middle
    inserted_map: Array  # [U, S, S] float32: where that changes pixels, over the pictures where it is quietest
    percentile: Array  # [U] share of the layer's other dissected units, which are spread evenly and not chosen, that change less


def dissect(generator: Generator, layer: LayerSpec, z: Array, plain: Array, units: Sequence[int]) -> Dissection:
    """Dissection of `units`, from latent vectors z [N, Z] and their pictures [N, S, S, 3] uint8."""
    maps = features(generator, z, layer)
    found = [_unit(generator, layer, z, plain, maps, unit) for unit in units]
    columns = {name: np.stack([one[name] for one in found]) for name in found[0]}
    amount = columns["ablated"]
    rank = (amount < amount[:, None]).sum(1) / max(1, len(amount) - 1)
    return Dissection(units=np.asarray(units), percentile=rank, **columns)


def _unit(generator: Generator, layer: LayerSpec, z: Array, plain: Array, maps: Array, unit: int) -> dict[str, Array]:
    own = maps[:, unit]
    order = np.argsort(-own.mean((1, 2)), kind="stable")
    top, quiet, any_ones = order[:SHOWN], order[::-1][:WHOLE], np.arange(min(WHOLE, len(z)))
    seen = np.concatenate([any_ones, top])
    edited = np.concatenate([
        held(maps[seen], unit), switched_on(maps[quiet], unit, float(np.quantile(own, 0.999)))
    ])  # fmt: skip
    drawn = pictures_from(generator, z[np.concatenate([seen, quiet])], layer, edited)
    without, after = drawn[: len(seen)], drawn[len(seen) :]
    taken = difference(plain[any_ones], without[: len(any_ones)])
    heat = np.rint(255 * np.clip(own[top] / max(float(own[top].max()), 1e-9), 0, 1)).astype(np.uint8)
    return {
        "ablated": taken.mean(), "changed": (taken > VISIBLE).mean(), "map": taken.mean(0),
        "top": plain[top], "without": without[len(any_ones) :], "heat": heat,
        "inserted": np.stack([plain[quiet[0]], after[0]]), "inserted_map": difference(plain[quiet], after).mean(0),
    }  # fmt: skip


def held(maps: Array, unit: int) -> Array:
    """A copy of maps [N, C, H, W] with one unit zero everywhere."""
    found = maps.copy()
    found[:, unit] = 0
    return found


def switched_on(maps: Array, unit: int, value: float) -> Array:
    """A copy of maps [N, C, H, W] with one unit at a value in the middle quarter of the map."""
    found, size = maps.copy(), maps.shape[-1]
    inner = slice(size // 4, size - size // 4)
    found[:, unit, inner, inner] = value
    return found


def difference(before: Array, after: Array) -> Array:
    """[N, S, S] float32 mean |difference| over channels of [N, S, S, 3] uint8, in [0, 1]."""
    found: Array = np.abs(after.astype(np.float32) - before).mean(3) / 255
    return found
