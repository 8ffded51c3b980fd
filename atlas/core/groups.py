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


@dataclass(frozen=True)
class Profile:
    """For each of C units the K classes (or labels, or groups) whose images have the highest mean response.

    Images of one source are not independent, so means are over sources. Intervals hold with 95 % for all classes
    together (Bonferroni), with the pooled deviation of sources where a class's own is smaller.
    """

    ids: Array  # [C, K] int32, -1 = none
    means: Array  # [C, K] float32
    margins: Array  # [C, K] float32: half of the interval around the mean
    rest: Array  # [C, K] float32: upper end of the interval of all other sources' mean
    sizes: Array  # [C, K] int32 images
    names: tuple[str, ...] = ()  # what `ids` index, where the record brings its own list

    @property
    def clear(self) -> Array:
        """[C, K] bool: which may be named. This is the rule: the interval lies above that of the rest."""
        out: Array = (self.ids >= 0) & (self.means - self.margins > self.rest)
        return out


@dataclass(frozen=True)
class Accuracy:
    """Shares in [0, 1] over `n` labelled images of `sources` works, with 95 % intervals (low, high)."""

    top1: float
    top5: float
    n: int
    sources: int
    top1_interval: tuple[float, float]
    top5_interval: tuple[float, float]
