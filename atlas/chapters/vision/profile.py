"""Mean responses by class, label or group of the images, with intervals over sources (`atlas.core.groups.Profile`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atlas.core.groups import Profile
from atlas.core.specs import Array

RANKS = 5  # classes of a profile
LEAST = 3  # sources: of fewer there is no deviation to speak of
LEVEL = 0.05  # of all intervals of a unit together


@dataclass(frozen=True)
class Grouping:
    """A class for each of N images (-1 = none), and the names of the classes it may come from."""

    ids: Array  # [N] int
    names: tuple[str, ...] = ()


def grouping(words: Sequence[str | None]) -> Grouping:
    """Numbers for words such as labels, in alphabetical order; -1 where an image has none."""
    names = sorted({word for word in words if word})
    numbers = {name: number for number, name in enumerate(names)}
    return Grouping(np.array([numbers.get(word or "", -1) for word in words], dtype=np.int64), tuple(names))


def profile(responses: Array, by: Grouping, sources: Sequence[str]) -> Profile:
    """The profile of C units from their responses to N images [N, C]; a class needs LEAST sources."""
    cells, classes = _of_sources(responses, by.ids, sources)
    found, members = np.unique(classes[classes >= 0], return_counts=True)
    large = found[members >= LEAST]
    units = responses.shape[1]
    means, margins, rest = (np.full((len(large), units), -np.inf) for _ in range(3))
    if len(large):
        means, deviations, counts = _moments(cells, classes, large)
        margins = _margins(deviations, counts)
        rest = _rest(cells, means, deviations, counts)
    images = np.array([(by.ids == one).sum() for one in large], np.int32)
    return _ranked(large, means, margins, rest, images, by.names)


def _of_sources(responses: Array, ids: Array, sources: Sequence[str]) -> tuple[Array, Array]:
    """The mean response [P, C] float64 of the images that share source and class, and the class of each [P]."""
    numbers = {source: number for number, source in enumerate(dict.fromkeys(sources))}
    source = np.array([numbers[name] for name in sources], dtype=np.int64)
    pairs, inverse, counts = np.unique(
        np.stack([np.asarray(ids, np.int64), source]), axis=1, return_inverse=True, return_counts=True
    )
    sums = np.zeros((pairs.shape[1], responses.shape[1]))
    np.add.at(sums, inverse.ravel(), responses)
    return sums / counts[:, None], pairs[0]


def _moments(cells: Array, classes: Array, large: Array) -> tuple[Array, Array, Array]:
    """Mean and sum of squared deviations [L, C] of the sources of each class, and their number [L]."""
    chosen = [cells[classes == one] for one in large]
    means = np.stack([of.mean(axis=0) for of in chosen])
    squares = np.stack([((of - mean) ** 2).sum(axis=0) for of, mean in zip(chosen, means, strict=True)])
    return means, squares, np.array([len(of) for of in chosen])


def _margins(squares: Array, counts: Array) -> Array:
    """Half of each interval [L, C]: own deviation, or the pooled one where that is larger."""
    from scipy.stats import t

    freedom = int((counts - 1).sum())
    pooled = squares.sum(axis=0) / freedom
    variance = np.maximum(squares / (counts - 1)[:, None], pooled)
    factor = t.ppf(1 - LEVEL / (2 * len(counts)), freedom)
    out: Array = factor * np.sqrt(variance / counts[:, None])
    return out


def _rest(cells: Array, means: Array, squares: Array, counts: Array) -> Array:
    """Upper end [L, C] of the 95 % interval of the mean of all sources that are not of the class."""
    from scipy.stats import t

    others = len(cells) - counts
    sums = cells.sum(axis=0) - means * counts[:, None]
    total = (cells**2).sum(axis=0) - (squares + means**2 * counts[:, None])
    mean = sums / np.maximum(others, 1)[:, None]
    variance = np.maximum(total - mean * sums, 0) / np.maximum(others - 1, 1)[:, None]
    factor = t.ppf(1 - LEVEL / 2, np.maximum(others - 1, 1))
    upper: Array = mean + factor[:, None] * np.sqrt(variance / np.maximum(others, 1)[:, None])
    return np.where(others[:, None] >= LEAST, upper, np.inf)


def _ranked(large: Array, means: Array, margins: Array, rest: Array, images: Array, names: tuple[str, ...]) -> Profile:
    """The RANKS classes with the highest means of each unit, padded with -1."""
    units, missing = means.shape[1], max(0, RANKS - len(large))
    order = np.argsort(-means, axis=0, kind="stable")[:RANKS]

    def pick(values: Array) -> Array:
        chosen = np.take_along_axis(values, order, axis=0).T.astype(np.float32)
        return np.pad(chosen, ((0, 0), (0, missing)))

    ids = np.pad(large[order].T.astype(np.int32), ((0, 0), (0, missing)), constant_values=-1)
    sizes = np.pad(images[order].T, ((0, 0), (0, missing)))
    return Profile(ids.reshape(units, RANKS), pick(means), pick(margins), pick(rest), sizes, names)
