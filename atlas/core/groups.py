"""What units stand for, measured with exact masks and true labels: frozen records over numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.core.specs import Array


@dataclass(frozen=True)
class Dissection:
    """For each of C units the group of objects that it responds to most, on images that had no part in the choice.

    On one half of the objects thresholds and each unit's group are chosen, on the other half it is scored. `auprc` is
    the average precision of the response for pixels of the group (for images of the group, where the layer is a
    vector), `iou` the intersection over union of the group's pixels with those above the threshold (Network
    Dissection, Bau et al. 2017; NaN for a vector). `chance` is the 99th percentile of `auprc` for as many objects
    drawn at random from the same images.
    """

    group: Array  # [C] int16 index into `groups`, -1 = none was scored
    auprc: Array  # [C] float32 in [0, 1]
    iou: Array  # [C] float32 in [0, 1]
    chance: Array  # [C] float32 in [0, 1]
    groups: tuple[str, ...]
    images: int  # of both halves
    objects: int  # of the second half

    @property
    def above(self) -> Array:
        """[C] bool: does the unit have a group? This is the rule: it scores above chance for the group chosen for it.

        One group a unit is tested, and on other images than it was chosen on, so one unit in a hundred passes by
        chance, however many groups there are.
        """
        out: Array = (self.group >= 0) & (self.auprc > self.chance)
        return out

    def named(self, unit: int) -> str:
        """The group that a unit has, "" where it has none."""
        return self.groups[int(self.group[unit])] if self.above[unit] else ""


def no_dissection(units: int) -> Dissection:
    """The record of a layer where no masked images serve."""
    none = np.zeros(units, np.float32)
    return Dissection(np.full(units, -1, np.int16), none, np.full(units, np.nan, np.float32), none, (), 0, 0)
