"""Degenerate units of a layer: dead, saturated, duplicate ones, and those whose responses are not finite.

Read off the statistics over the probe images and the correlations of units, so no image is seen twice. Lu et al. 2019
(dying ReLU), Glorot and Bengio 2010 (saturation).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.core.results import Neighbours, UnitStats
from atlas.core.specs import Array

ENOUGH = 20  # probe images: over fewer, correlations and shares are accidents
EQUAL = 1e-4  # from a correlation of 1: means are stored in half precision

KINDS = {
    "dead": "Dead",
    "saturated": "Saturated",
    "duplicates": "Duplicates",
    "unbounded": "Not finite",
}  # of degenerate units, with their titles


@dataclass(frozen=True)
class DegenerateUnits:
    """Which of C units are degenerate over the probe images, each [C] bool.

    `dead` units are never above zero (a ReLU behind them passes nothing), or give every image the same response; of
    class logits only the latter are dead. `saturated` ones give at least half of the images exactly their largest
    response. `duplicates` have a twin: mean responses that correlate with those of another unit to 1. `unbounded` ones
    gave responses that are not finite numbers. `counted` is false where there are too few images to say so of
    saturated units and duplicates.
    """

    dead: Array
    saturated: Array
    duplicates: Array
    unbounded: Array
    counted: bool

    def counts(self) -> dict[str, int]:
        """The number of units of each kind; 0 also of those kinds that there are too few images for."""
        return {kind: int(getattr(self, kind).sum()) for kind in KINDS}


def degenerate_units(stats: UnitStats, neighbours: Neighbours, *, logits: bool) -> DegenerateUnits:
    """The degenerate units of a layer; `logits` are class scores, which may well be below zero for all images."""
    images = int(stats.counts[0].sum())
    counted = images >= ENOUGH
    unbounded = ~(np.isfinite(stats.mean) & np.isfinite(stats.std))
    constant = (stats.largest == stats.smallest) & ~unbounded & (images > 1)
    dead = constant if logits else constant | ((stats.largest <= 0) & ~unbounded)
    saturated = (stats.p50 == stats.largest) & ~dead & ~unbounded
    twins = np.asarray(neighbours.correlation[:, :1] >= 1 - EQUAL).any(axis=1)  # a constant unit correlates with none
    return DegenerateUnits(dead, saturated & counted, np.asarray(twins & counted), unbounded, counted)
