"""How far the ranking of methods on tuned weights is that on the shipped ones, beside the choice of images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atlas.core.specs import Array
from atlas.methods.attribution.method import methods
from atlas.methods.evaluation.summary import kendall, mean_interval
from atlas.train.in_domain.scores import Scored

HALVES = 200  # random halves of the images


@dataclass(frozen=True)
class Agreement:
    """Kendall's tau of the rankings on the shipped and on other weights, over the methods that are no controls.

    `tau` is over all images. `other` is the mean over random halves of the images of the tau between one half on the
    shipped and the other half on the other weights; `same` that of both halves on the shipped weights. What tuning
    changes is `same` minus `other`: `tau` alone is of the same images, and errs with them.
    """

    tau: float
    same: float
    other: float


def agreement(shipped: Scored, tuned: Scored, *, seed: int = 0) -> Agreement:
    """The agreement over the methods that both have."""
    known = shipped.correlations.keys() & tuned.correlations.keys()
    names = [method.name for method in methods().values() if method.family != "control" and method.name in known]
    first, second = ([scored.correlations[name] for name in names] for scored in (shipped, tuned))
    most, draw = max(map(len, first)), np.random.default_rng(seed)
    same, other = [], []
    for _ in range(HALVES):
        half = draw.permutation(most) < most // 2
        same.append(kendall(_means(first, half), _means(first, ~half)))
        other.append(kendall(_means(first, half), _means(second, ~half)))
        other.append(kendall(_means(second, half), _means(first, ~half)))
    every = np.ones(most, bool)
    return Agreement(kendall(_means(first, every), _means(second, every)), float(np.mean(same)), float(np.mean(other)))


def _means(correlations: Sequence[Array], used: Array) -> Array:
    """The mean of each method over its `used` images, NaN entries left out."""
    return np.array([np.nanmean(values[used[: len(values)]]) for values in correlations])


def record(scored: Mapping[str, Mapping[str, Scored]]) -> dict[str, object]:
    """What is published of the scores by network and kind of weights, as plain data rounded to four digits."""
    return {"networks": [{"network": name, **_network(kinds)} for name, kinds in scored.items()]}


def _network(kinds: Mapping[str, Scored]) -> dict[str, object]:
    tuned = {kind: vars(agreement(kinds["shipped"], one)) for kind, one in kinds.items() if kind != "shipped"}
    return {
        "weights": {kind: _weights(one) for kind, one in kinds.items()},
        "agreement": {kind: {name: round(value, 4) for name, value in found.items()} for kind, found in tuned.items()},
    }


def _weights(scored: Scored) -> dict[str, object]:
    rows = {}
    for name, values in scored.correlations.items():
        sources = [str(place) for place in range(len(values))]
        mean, low, high = (round(value, 4) for value in mean_interval(values, sources, 0))
        rows[name] = {"mean": mean, "low": low, "high": high, "images": int(np.isfinite(values).sum())}
    return {"top1": round(scored.top1, 4), "top1_deleted": round(scored.top1_deleted, 4), "methods": rows}
