"""Expected response: how reading a word changes the state, on average over the states in which it may be read.

RNNVis (Ming et al. 2017) averages the change of the hidden state over a word's occurrences. Here the word is put after
every one of the same set of states, so that words are compared in the same contexts, rare ones too. Words and cells are
then clustered together (co-clusters; "memory chips" in RNNVis) by spectral co-clustering (Dhillon 2001); a cell counts
twice, as rising and as falling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from atlas.chapters.recurrent.cell import Cell, Net, beside, gated
from atlas.chapters.recurrent.score import ranks, scores, scores_of_many, strength
from atlas.core.pack import stored
from atlas.core.specs import Array

PERMUTATIONS = 1000
SEEDS = 10
CLUSTERS = range(3, 9)


def expected_response(net: Net, h: Array, c: Array, symbols: Array) -> Array:
    """[W, H] mean over S states h, c [S, H] of the state's change when a symbol of `symbols` [W] is read."""
    each = zip(net.cells, net.by_cell(h), net.by_cell(c), strict=True)
    before = [_Before(cell, own, memory, own @ cell.w_rec.T + cell.b_rec) for cell, own, memory in each]
    layers = list(zip(*[iter(before)] * net.directions, strict=True))
    lowest = [net.embed[symbols] @ cell.w_in.T + cell.b_in for cell in net.layers[0]]
    return np.stack([_change(layers, brought) for brought in zip(*lowest, strict=True)])


class _Before(NamedTuple):
    """A cell with its states h, c [S, H] and what they bring to its gates, whatever is read."""

    cell: Cell
    h: Array
    c: Array
    kept: Array


def _change(layers: Sequence[Sequence[_Before]], brought: Sequence[Array]) -> Array:
    """[H] mean change of all states when a symbol is read that brings `brought` to
    the gates of each cell of the lowest layer.
    """
    found: list[Array] = []
    below = None
    for layer in layers:
        given = brought if below is None else [below @ one.cell.w_in.T + one.cell.b_in for one in layer]
        now = [gated(one.cell.kind, own, one.kept, one.h, one.c).h for one, own in zip(layer, given, strict=True)]
        found += [(after - one.h).mean(0) for one, after in zip(layer, now, strict=True)]
        below = beside(now)
    return np.concatenate(found)


@dataclass(frozen=True)
class Draws:
    """Expected responses [W, H] of the same symbols over SEEDS draws of states, the first of which is shown."""

    every: tuple[Array, ...]

    @classmethod
    def of(cls, net: Net, h: Array, c: Array, symbols: Array, *, contexts: int, seed: int) -> Draws:
        """`contexts` of the S states h, c [S, H] are drawn anew for each seed."""
        chosen = [
            np.random.default_rng(seed + number).choice(len(h), min(contexts, len(h)), replace=False)
            for number in range(SEEDS)
        ]
        return cls(tuple(expected_response(net, h[rows], c[rows], symbols) for rows in chosen))

    @property
    def shown(self) -> Array:
        """[W, H] the first."""
        return self.every[0]

    @property
    def stability(self) -> float:
        """The lowest correlation between two draws, over all symbols and cells."""
        return float(np.corrcoef([response.ravel() for response in self.every]).min())


@dataclass(frozen=True)
class Separation:
    """How well a number separates positive from negative: area under the ROC curve,
    and p by permuted signs (two-sided).
    """

    area: float
    p_value: float
    positives: int
    negatives: int


def separation(values: Array, signs: Array, *, seed: int, permutations: int = PERMUTATIONS) -> Separation:
    """`values` [N] against `signs` [N] (+1 or -1)."""
    ranked, label = ranks(values[:, None]), (signs > 0).astype(np.float64)
    area = float(scores(ranked, label, graded=False)[0])
    null = strength(scores_of_many(ranked, _shuffled(label, seed, permutations), graded=False))[0]
    p = (1 + (null >= max(area, 1 - area) - 1e-12).sum()) / (1 + permutations)
    return Separation(area, float(p), int(label.sum()), int(len(label) - label.sum()))


def cell_separations(
    response: Array, signs: Array, *, seed: int, permutations: int = PERMUTATIONS
) -> tuple[Array, float]:
    """[H] area of each cell's response [N, H], and the 95th percentile of the best of all cells for permuted signs."""
    ranked, label = ranks(response), (signs > 0).astype(np.float64)
    null = strength(scores_of_many(ranked, _shuffled(label, seed, permutations), graded=False)).max(0)
    return scores(ranked, label, graded=False), float(np.quantile(null, 0.95))


def _shuffled(label: Array, seed: int, permutations: int) -> Array:
    rng = np.random.default_rng(seed)
    return np.stack([rng.permutation(label) for _ in range(permutations)], 1)


# ---------------------------------------------------------------- co-clusters


@dataclass(frozen=True)
class CoClusters:
    """Words [W] and half-cells [2H] (rising, then falling) in `count` clusters, with their stability.

    `stability` is the mean adjusted Rand index of the words' clusters between seeds, each with states and a start of
    the clustering of its own; `by_chance` the same for responses whose rows were shuffled each for itself; `by_count`
    the stability for every number of clusters tried.
    """

    count: int
    words: Array
    cells: Array
    stability: float
    by_chance: float
    by_count: dict[int, float]


def co_clusters(responses: Sequence[Array], *, seed: int) -> CoClusters:
    """Co-cluster the first of `responses`, each [W, H]; the number of clusters is
    the one that the seeds agree on best.
    """
    halves = [rising_and_falling(response) for response in responses]
    counts = [count for count in CLUSTERS if count <= min(halves[0].shape)] or [1]
    by_count = {count: agreement(halves, count, seed=seed) for count in counts}
    count = max(by_count, key=lambda one: (by_count[one], one))
    rng = np.random.default_rng(seed)
    places = np.stack([rng.permutation(responses[0].shape[1]) for _ in responses[0]])
    shuffled = [rising_and_falling(np.take_along_axis(response, places, 1)) for response in responses]
    words, cells = _clusters(halves[0], count, seed)
    return CoClusters(count, words, cells, by_count[count], agreement(shuffled, count, seed=seed), by_count)


def rising_and_falling(response: Array) -> Array:
    """[W, 2H] how much each cell rises, then how much each falls: no entry is negative."""
    return np.concatenate([np.maximum(response, 0), np.maximum(-response, 0)], 1) + 1e-9


def agreement(halves: Sequence[Array], count: int, *, seed: int) -> float:
    """Mean adjusted Rand index of the rows' clusters over all pairs of seeds, one for each of `halves`, all [W, 2H]."""
    from sklearn.metrics import adjusted_rand_score

    found = [_clusters(own, count, seed + number)[0] for number, own in enumerate(halves)]
    return float(np.mean([adjusted_rand_score(a, b) for a, b in combinations(found, 2)]))


def _clusters(halves: Array, count: int, seed: int) -> tuple[Array, Array]:
    """One start of k-means, so that the seeds can disagree."""
    if count == 1:
        return np.zeros(len(halves), np.int32), np.zeros(halves.shape[1], np.int32)
    from sklearn.cluster import SpectralCoclustering

    model = SpectralCoclustering(n_clusters=count, n_init=1, random_state=seed).fit(halves)
    return model.row_labels_, model.column_labels_


def purity(clusters: Array, labels: Sequence[str]) -> float:
    """Share of rows whose label is the most frequent one of their cluster."""
    names, numbers = np.unique(np.array(labels), return_inverse=True)
    table = np.zeros((clusters.max() + 1, len(names)))
    np.add.at(table, (clusters, numbers), 1)
    return float(table.max(1).sum() / len(labels))


def purity_by_chance(clusters: Array, labels: Sequence[str], *, seed: int, permutations: int = PERMUTATIONS) -> float:
    """The 95th percentile of the purity for shuffled labels."""
    rng, numbers = np.random.default_rng(seed), np.unique(np.array(labels), return_inverse=True)[1]
    shape = int(clusters.max()) + 1, int(numbers.max()) + 1
    found = [
        np.bincount(clusters * shape[1] + rng.permutation(numbers), minlength=shape[0] * shape[1])
        .reshape(shape)
        .max(1)
        .sum()
        for _ in range(permutations)
    ]
    return float(np.quantile(found, 0.95) / len(labels))


@dataclass(frozen=True)
class ClusterQuality:
    """How far co-clusters can be trusted; agreements are adjusted Rand indices of the words' clusters between seeds."""

    count: int  # of clusters
    stability: float  # agreement
    by_chance: float  # agreement for shuffled responses
    seeds: int
    by_count: Mapping[str, float]  # agreement for every number of clusters tried
    response: float  # lowest correlation of the responses between seeds
    purity: float  # share of words with the most frequent label of their cluster
    purity_p95: float  # 95th percentile for shuffled labels


@dataclass(frozen=True, kw_only=True)
class ClusteredResponse:
    """Expected responses of H cells to W words, with their co-clusters."""

    response: Array  # [W, H]
    words: Array = stored("chip_of_word")  # [W] the cluster of each
    half_cells: Array = stored("chip_of_cell")  # [2H] the cluster of each cell as rising, then as falling
    quality: ClusterQuality = stored("chips")


def clustered(draws: Draws, labels: Sequence[str], *, seed: int) -> ClusteredResponse:
    """The response of `draws` with its co-clusters; `labels` [W] are properties of
    the words known without any network.
    """
    clusters = co_clusters(draws.every, seed=seed)
    quality = ClusterQuality(
        clusters.count,
        clusters.stability,
        clusters.by_chance,
        seeds=len(draws.every),
        by_count={str(count): value for count, value in clusters.by_count.items()},
        response=draws.stability,
        purity=purity(clusters.words, labels),
        purity_p95=purity_by_chance(clusters.words, labels, seed=seed),
    )
    return ClusteredResponse(response=draws.shown, words=clusters.words, half_cells=clusters.cells, quality=quality)
