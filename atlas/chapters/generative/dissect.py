"""Ablation and insertion of single units, and the pixels that change (GAN Dissection, Bau et al. 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from atlas.chapters.generative.latent import Generator, features, pictures_from
from atlas.core.specs import Array, LayerSpec

SHOWN = 4  # pictures on which a unit is most active
WHOLE = 6  # pictures over which a change is measured
VISIBLE = 4 / 255  # mean change of a pixel over channels that counts as visible


@dataclass(frozen=True)
class UnitDissection:
    """One unit on pictures of S x S pixels; changes are mean |difference| over channels, in [0, 1]."""

    ablated: Array  # mean change of a pixel when the unit is set to zero, over pictures that were not chosen for it
    changed: Array  # share of the pixels that then change visibly
    map: Array  # [S, S] float32: where they change
    top: Array  # [4, S, S, 3] uint8: the pictures on which it is most active
    without: Array  # [4, S, S, 3] uint8: the same with the unit set to zero
    heat: Array  # [4, h, w] uint8: the unit's own map on them, 255 = its largest value
    inserted: (
        Array  # [2, S, S, 3] uint8: the picture where it is least active, before and after it is inserted in the middle
    )
    inserted_map: Array  # [S, S] float32: where that changes pixels, over the pictures where it is least active


@dataclass(frozen=True)
class Dissection:
    """U units of one layer, each field of `UnitDissection` with one row a unit."""

    units: Array  # [U] int
    ablated: Array  # [U]
    changed: Array  # [U]
    map: Array  # [U, S, S]
    top: Array  # [U, 4, S, S, 3]
    without: Array  # [U, 4, S, S, 3]
    heat: Array  # [U, 4, h, w]
    inserted: Array  # [U, 2, S, S, 3]
    inserted_map: Array  # [U, S, S]
    percentile: Array  # [U] share of the layer's other dissected units, spread evenly and not chosen, that change less

    def row(self, index: int) -> UnitDissection:
        """The unit in one row."""
        return UnitDissection(**{one.name: getattr(self, one.name)[index] for one in fields(UnitDissection)})


def dissect(generator: Generator, layer: LayerSpec, z: Array, plain: Array, units: Sequence[int]) -> Dissection:
    """Dissection of `units`, from latent vectors z [N, Z] and their pictures [N, S, S, 3] uint8."""
    maps = features(generator, z, layer)
    rows = [_unit(generator, layer, z, plain, maps, unit) for unit in units]
    columns = {one.name: np.stack([getattr(row, one.name) for row in rows]) for one in fields(UnitDissection)}
    amount = columns["ablated"]
    rank = (amount < amount[:, None]).sum(1) / max(1, len(amount) - 1)
    return Dissection(units=np.asarray(units), percentile=rank, **columns)


def _unit(generator: Generator, layer: LayerSpec, z: Array, plain: Array, maps: Array, unit: int) -> UnitDissection:
    own = maps[:, unit]
    order = np.argsort(-own.mean((1, 2)), kind="stable")
    top, quiet, unchosen = order[:SHOWN], order[::-1][:WHOLE], np.arange(min(WHOLE, len(z)))
    seen = np.concatenate([unchosen, top])
    edited = np.concatenate([ablate(maps[seen], unit), insert(maps[quiet], unit, float(np.quantile(own, 0.999)))])
    drawn = pictures_from(generator, z[np.concatenate([seen, quiet])], layer, edited)
    without, after = drawn[: len(seen)], drawn[len(seen) :]
    change = difference(plain[unchosen], without[: len(unchosen)])
    return UnitDissection(
        ablated=change.mean(),
        changed=(change > VISIBLE).mean(),
        map=change.mean(0),
        top=plain[top],
        without=without[len(unchosen) :],
        heat=np.rint(255 * np.clip(own[top] / max(float(own[top].max()), 1e-9), 0, 1)).astype(np.uint8),
        inserted=np.stack([plain[quiet[0]], after[0]]),
        inserted_map=difference(plain[quiet], after).mean(0),
    )


def ablate(maps: Array, unit: int) -> Array:
    """A copy of maps [N, C, H, W] with one unit zero everywhere."""
    edited = maps.copy()
    edited[:, unit] = 0
    return edited


def insert(maps: Array, unit: int, value: float) -> Array:
    """A copy of maps [N, C, H, W] with one unit at a value in the middle quarter of the map."""
    edited, size = maps.copy(), maps.shape[-1]
    inner = slice(size // 4, size - size // 4)
    edited[:, unit, inner, inner] = value
    return edited


def difference(before: Array, after: Array) -> Array:
    """[N, S, S] float32 mean |difference| over channels of [N, S, S, 3] uint8, in [0, 1]."""
    change: Array = np.abs(after.astype(np.float32) - before).mean(3) / 255
    return change
