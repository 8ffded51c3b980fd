"""What maps are worth, summed up: scores of methods with intervals, ranks, controls, and where scores disagree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from atlas.chapters.heatmaps.evaluation import Evaluation
from atlas.core.specs import Array
from atlas.methods.attribution.method import Method
from atlas.methods.evaluation.randomization import is_flagged
from atlas.methods.evaluation.summary import kendall, mean_interval, ranks

MOST = 0.05  # of promised completeness or conservation: where the median misses more, the method is not valid
FIRST, LAST = 0, 1  # of curves: most, least relevant patches first


@dataclass(frozen=True)
class ScoreKind:
    """A score by which methods are ranked, the higher the better; its values are one an image."""

    name: str
    title: str
    meaning: str
    values: Callable[[Evaluation], Array]


def _areas(evaluation: Evaluation) -> Array:
    """[K] mean over replacements and points: least minus most relevant patches first."""
    if evaluation.curves is None:
        return np.zeros(0)
    curves = evaluation.curves.astype(np.float64)
    return known_mean(curves[:, :, LAST] - curves[:, :, FIRST], (1, 2))


def known_mean(values: Array, axis: int | tuple[int, ...]) -> Array:
    """The mean over `axis` of the entries that are numbers; NaN where there is none."""
    used = np.isfinite(values)
    count = used.sum(axis)
    total = np.where(used, values, 0).sum(axis)
    out: Array = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return out


def _array(values: Array | None) -> Array:
    return np.zeros(0) if values is None else values.astype(np.float64)


KINDS = (
    ScoreKind(
        "patches",
        "True drops of patches",
        "rank correlation of relevance with the fall of the score when a patch of an 8 × 8 grid is blurred",
        lambda e: _array(e.patches),
    ),
    ScoreKind(
        "object",
        "True drops of the object",
        "rank correlation of relevance with the fall of the score when the object, its halves or cells of ground are "
        "really taken out",
        lambda e: _array(e.regions),
    ),
    ScoreKind(
        "deletion",
        "Deletion and insertion",
        "area between the curves of deleting the least and the most relevant patches first, as a share of the score, "
        "mean of three replacements; images whose score falls by less than 1 when wholly replaced are left out",
        _areas,
    ),
    ScoreKind(
        "pointing",
        "Pointing game",
        "share of images whose largest relevance lies on the object",
        lambda e: _array(e.pointing),
    ),
    ScoreKind(
        "mass",
        "Mass on the object",
        "share of the positive relevance on the object minus the object’s share of the image",
        lambda e: _array(e.mass) - _array(e.area),
    ),
    ScoreKind(
        "grid",
        "Grid pointing",
        "share of the positive relevance in the right one of four images; 0.25 by chance",
        lambda e: _array(e.grid),
    ),
)


@dataclass(frozen=True)
class Score:
    """A mean with its 95 % interval over n values."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Mark:
    """What a method's maps are worth for a network, in few words.

    `beaten` of `of` scores are higher than those of every control; `flagged`: maps stay as they are without training.
    """

    reason: str  # why it is not valid, "" where it is
    beaten: int
    of: int
    flagged: bool

    @property
    def words(self) -> str:
        """One clause."""
        if self.reason:
            return f"not valid here: {self.reason}"
        flag = "; does not change when the network is randomized" if self.flagged else ""
        return f"better than every control in {self.beaten} of {self.of} scores{flag}"


@dataclass(frozen=True)
class NetworkScores:
    """The evaluations of one network by method, over images of these sources."""

    methods: Sequence[Method]
    evaluations: Mapping[str, Evaluation]
    sources: Sequence[str]

    def score(self, method: str, kind: ScoreKind) -> Score | None:
        """A method's score, None where it has none."""
        return self._scores[method, kind.name]

    def image_count(self, method: str) -> int:
        """The number of images that a method is scored over."""
        found = self.evaluations[method]
        return 0 if found.gini is None else len(found.gini)

    @cached_property
    def _scores(self) -> dict[tuple[str, str], Score | None]:
        return {
            (method.name, kind.name): self._mean(kind.values(self.evaluations[method.name]))
            for method in self.methods
            for kind in KINDS
        }

    def _mean(self, values: Array) -> Score | None:
        used = int(np.isfinite(values).sum())
        if not used:
            return None
        return Score(*mean_interval(values, self.sources[: len(values)], 0), used)

    def rank(self, kind: ScoreKind) -> dict[str, float]:
        """Ranks of the methods by a score, from 1; controls are ranked too."""
        means = np.array([score.mean if (score := self.score(m.name, kind)) else np.nan for m in self.methods])
        return dict(zip((method.name for method in self.methods), ranks(means).tolist(), strict=True))

    @cached_property
    def agreement(self) -> Array:
        """[K, K] Kendall's tau of each pair of scores, over the methods that are no controls."""
        names = [method.name for method in self.methods if method.family != "control"]
        columns = [np.array([_mean_of(self._scores[name, kind.name]) for name in names]) for kind in KINDS]
        found = np.eye(len(KINDS))
        for one, other in combinations(range(len(KINDS)), 2):
            found[one, other] = found[other, one] = kendall(columns[one], columns[other])
        return found

    def mark(self, method: Method) -> Mark:
        """What a method is worth here, beside the controls."""
        return self._marks[method.name]

    @cached_property
    def _marks(self) -> dict[str, Mark]:
        controls = [method.name for method in self.methods if method.family == "control"]
        return {
            method.name: self._mark(method.name, [c for c in controls if c != method.name]) for method in self.methods
        }

    def _mark(self, method: str, controls: Sequence[str]) -> Mark:
        found = self.evaluations[method]
        if found.reason:
            return Mark(found.reason, 0, 0, False)
        better = [b for kind in KINDS if (b := self._beats(method, controls, kind)) is not None]
        return Mark(invalid(found), sum(better), len(better), is_flagged(found.randomized))

    def _beats(self, method: str, controls: Sequence[str], kind: ScoreKind) -> bool | None:
        """Is the score higher than that of each control, image by image, with 95 % confidence? None without values."""
        own = kind.values(self.evaluations[method])
        others = [kind.values(self.evaluations[control]) for control in controls]
        if not np.isfinite(own).any() or not others:
            return None
        count = min(len(values) for values in (own, *others))
        return all(
            mean_interval(own[:count] - other[:count], self.sources[:count], 0)[1] > 0
            for other in others
            if np.isfinite(own[:count] - other[:count]).any()
        )


def _mean_of(score: Score | None) -> float:
    return score.mean if score else float("nan")


def invalid(evaluation: Evaluation) -> str:
    """Why a method's maps are not valid for a network as a whole, "" where they are."""
    if evaluation.reason:
        return evaluation.reason
    median = float(np.median(evaluation.error)) if evaluation.error is not None and len(evaluation.error) else 0.0
    return f"its sum misses the score by {100 * median:.0f} % (median)" if median > MOST else ""


def mean_agreement(networks: Sequence[NetworkScores]) -> Array:
    """[K, K] mean over networks of Kendall's tau between scores."""
    return known_mean(np.array([network.agreement for network in networks]), 0)


def mean_ranks(networks: Sequence[NetworkScores]) -> list[tuple[Method, float, float, float]]:
    """Methods by their mean rank over scores and networks, with the lowest and the highest mean rank by a score."""
    if not networks:
        return []
    found: list[tuple[Method, float, float, float]] = []
    for method in networks[0].methods:
        every = [np.array([network.rank(kind)[method.name] for network in networks]) for kind in KINDS]
        valid = [float(known_mean(one, 0)) for one in every if np.isfinite(one).any()]
        if valid:
            found.append((method, float(np.mean(valid)), float(min(valid)), float(max(valid))))
    return sorted(found, key=lambda entry: entry[1])
