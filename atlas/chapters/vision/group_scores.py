"""Scores of units for groups of objects, from histograms of the response inside and outside each object's mask.

The null hypothesis is that the group does not matter: as many objects drawn at random, whatever their groups. Objects
are drawn whole, with all their images, because images of one object are not independent. For average precision every
object counts the same, whatever the size of its mask: else large objects would lie above chance for any unit.
"""

from __future__ import annotations

import numpy as np

from atlas.core.groups import Dissection, no_dissection
from atlas.core.specs import Array

# Shares of positions above the edges of the bins, strongest last; the top 0.5 % are those of Network Dissection.
TAILS = (0.7, 0.45, 0.3, 0.2, 0.15, 0.1, 0.07, 0.045, 0.03, 0.02, 0.015, 0.01, 0.005, 0.002, 0.001)
TOP = TAILS.index(0.005) + 1  # the first bin above that edge
SHUFFLES = 200
LEVEL = 0.99  # percentile of the null
DEVIATION = 1e-9  # least standard deviation of a null


def average_precision(inside: Array, everything: Array) -> Array:
    """Average precision [...] of binned scores from weights [..., T] of the positives and of all, weakest bin first.

    Scores of one bin are ties: `sum((R_n - R_{n-1}) P_n)`, as scikit-learn's `average_precision_score` has it. 0 where
    there is no positive.
    """
    positives, total = (np.cumsum(part[..., ::-1], axis=-1) for part in (inside, everything))
    precision = positives / np.maximum(total, 1e-12)
    out: Array = (inside[..., ::-1] * precision).sum(axis=-1) / np.maximum(positives[..., -1], 1e-12)
    return out


def intersection_over_union(inside: Array, everything: Array) -> Array:
    """[...]: of the positives with what lies in the bins from TOP on."""
    found, above = inside[..., TOP:].sum(axis=-1), everything[..., TOP:].sum(axis=-1)
    out: Array = found / np.maximum(above + inside.sum(axis=-1) - found, 1e-12)
    return out


def dissect(
    inside: Array, everything: Array, group: Array, held_out: Array, groups: tuple[str, ...], *, images: int, seed: int
) -> Dissection:
    """The group of each of C units, and its scores.

    `inside` and `everything` are [S, C, T]: the weights of positions in each bin of the response, of those inside an
    object's mask and of all in its images. `group` [S] and `held_out` [S] are the object's group and half. Bins have
    their edges from the first half alone.
    """
    units = inside.shape[1]
    if len(groups) < 2:
        return no_dissection(units)
    rng = np.random.default_rng(seed)
    first, second = (_Half(inside[half], everything[half], group[half], rng) for half in (~held_out, held_out))
    scores = np.stack([first.excess(number) for number in range(len(groups))])
    best = scores.argmax(axis=0)
    auprc, chance, iou = (np.zeros(units, np.float32) for _ in range(3))
    for number in np.unique(best):
        of = best == number
        auprc[of], iou[of] = second.scores(int(number), of)
        chance[of] = second.chance(int(number))[of]
    return Dissection(best.astype(np.int16), auprc, iou, chance, groups, images, int(held_out.sum()))


def equal_shares(inside: Array, everything: Array) -> tuple[Array, Array]:
    """The same weights [S, C, T] after every object, and the mask within it, was given the same sum over its bins."""
    share = inside[:, 0].sum(-1) / np.maximum(everything[:, 0].sum(-1), 1e-12)  # [S]: the same for all units
    mean, whole = share.mean(), np.maximum(everything[:, 0].sum(-1), 1e-12)
    within = mean / np.maximum(share, 1e-12) / whole
    around = (1 - mean) / np.maximum(1 - share, 1e-12) / whole
    scaled = inside * within[:, None, None]
    return scaled, scaled + (everything - inside) * around[:, None, None]


class _Half:
    """One half of the objects."""

    def __init__(self, inside: Array, everything: Array, group: Array, rng: np.random.Generator) -> None:
        self.group, self.areas = group, (inside, everything.sum(axis=0))
        self.inside, equal = equal_shares(inside, everything)
        self.total = equal.sum(axis=0)  # [C, T]
        sizes = sorted({int(size) for size in np.unique(group, return_counts=True)[1]})
        self.null = {size: self._shuffled(size, rng) for size in sizes}  # [SHUFFLES, C], ascending

    def _shuffled(self, size: int, rng: np.random.Generator) -> Array:
        """Average precision for `size` objects drawn at random, many times."""
        drawn = rng.random((SHUFFLES, len(self.group))).argsort(axis=1) < size
        objects, units, bins = self.inside.shape
        sums = drawn.astype(np.float32) @ self.inside.reshape(objects, -1)
        return np.sort(average_precision(sums.reshape(-1, units, bins), self.total), axis=0)

    def _of(self, number: int) -> Array:
        return self.null[int((self.group == number).sum())]

    def scores(self, number: int, of: Array) -> tuple[Array, Array]:
        """Average precision, and intersection over union, of some units for a group."""
        members = self.group == number
        inside, area = (part[members][:, of].sum(axis=0) for part in (self.inside, self.areas[0]))
        return average_precision(inside, self.total[of]), intersection_over_union(area, self.areas[1][of])

    def excess(self, number: int) -> Array:
        """[C] how far average precision for a group lies above the null's mean, in its standard deviations."""
        null, inside = self._of(number), self.inside[self.group == number].sum(axis=0)
        out: Array = (average_precision(inside, self.total) - null.mean(0)) / np.maximum(null.std(0), DEVIATION)
        return out

    def chance(self, number: int) -> Array:
        """[C] the null's LEVEL percentile; counting the score itself, one in a hundred lies above it."""
        return np.asarray(self._of(number)[int(np.ceil(LEVEL * (SHUFFLES + 1))) - 1])
