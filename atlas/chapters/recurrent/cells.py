"""Cells that encode a concept: chosen on half A, reported on half B, against chance, the character and a linear probe.

The null is the best of ALL cells for the circularly shifted label: what the search itself finds where there is nothing.
The probe's control task (Hewitt and Liang 2019) gives every pair of characters a random label: what a probe can
memorize.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from atlas.chapters.recurrent.ablation import AblationEffect
from atlas.chapters.recurrent.concepts import Concept
from atlas.chapters.recurrent.score import moved_scores, ranks, scores, strength
from atlas.core.pack import stored
from atlas.core.specs import Array

SHIFTS = 200
TOGETHER = 100  # shifts scored at once: each pass over the ranks costs more than the shifts do
RIDGE = 1.0


@dataclass(frozen=True)
class Half:
    """States [T, H], the character read at each step [T] and the labels of each concept [T]."""

    states: Array
    symbols: Array
    labels: Mapping[str, Array]

    @cached_property
    def ranked(self) -> Array:
        """[T, H] ranks of the states."""
        return ranks(self.states)

    def scores(self, concept: Concept) -> Array:
        """[H] score of every cell for a concept; nan where these texts do not hold it."""
        return scores(self.ranked, self.labels[concept.name], graded=concept.graded)


@dataclass(frozen=True, kw_only=True)
class CellFinding:
    """The best cell for one concept; all scores are of half B (0.5 = chance, 1 = perfect) unless said otherwise.

    `sign` is +1 for a cell that is high in the concept. `null_p95` and `p_value` compare with the best cell for shifted
    labels. `also` names the other concepts that the same cell is the best for. `ablation` is what fixing the cell at
    its mean costs; None of an encoder, and where too few characters (`inside` of them) are in the concept.
    """

    concept: str
    share: float  # of steps in the concept (graded: above its mean)
    cell: int
    sign: int
    chosen_score: float  # on half A
    score: float
    null_p95: float
    p_value: float
    character: float  # of the current character alone
    probe: float  # a linear probe on all cells
    control: float  # the same probe for its control task
    also: tuple[str, ...] = ()
    ablation: AblationEffect | None = stored("causal", default=None)
    inside: int | None = stored("places", default=None)


def find_cells(a: Half, b: Half, concepts: Sequence[Concept], *, seed: int) -> list[CellFinding]:
    """The best cell for each concept that both halves hold."""
    probes = _Probes(a, b)
    found = []
    for concept in concepts:
        label_a, label_b = a.labels[concept.name], b.labels[concept.name]
        if np.ptp(label_a) == 0 or np.ptp(label_b) == 0:
            continue
        found.append(_best(a, b, concept, probes, seed=seed))
    return _flagged(found)


def _best(a: Half, b: Half, concept: Concept, probes: _Probes, *, seed: int) -> CellFinding:
    """The best cell for one concept."""
    label_a, label_b, on_a = a.labels[concept.name], b.labels[concept.name], a.scores(concept)
    cell = int(np.nanargmax(strength(on_a)))
    sign = 1 if on_a[cell] >= 0.5 else -1
    own = b.scores(concept)[cell]
    null = null_scores(b.ranked, label_b, graded=concept.graded, seed=seed)
    score = float(own if sign > 0 else 1 - own)
    return CellFinding(
        concept=concept.name,
        share=float((label_b > (label_b.mean() if concept.graded else 0)).mean()),
        cell=cell,
        sign=sign,
        chosen_score=float(strength(on_a)[cell]),
        score=score,
        null_p95=float(np.quantile(null, 0.95)),
        p_value=float((1 + (null >= score).sum()) / (1 + len(null))),
        character=character_score(a, b, concept),
        probe=probes.score(label_a, label_b, graded=concept.graded),
        control=probes.control(label_b, seed=seed),
    )


def _flagged(found: list[CellFinding]) -> list[CellFinding]:
    return [
        replace(one, also=tuple(other.concept for other in found if other is not one and other.cell == one.cell))
        for one in found
    ]


def null_scores(ranked: Array, label: Array, *, graded: bool, seed: int, shifts: int = SHIFTS) -> Array:
    """[shifts] the best score of any cell for `label` moved along the text by a random distance, in a circle."""
    count = len(label)
    least = min(1000, count // 4)
    distances = np.random.default_rng(seed).integers(least, count - least, shifts)
    parts = [distances[first : first + TOGETHER] for first in range(0, shifts, TOGETHER)]
    return np.concatenate([np.nanmax(strength(moved_scores(ranked, label, part, graded=graded)), 0) for part in parts])


def character_score(a: Half, b: Half, concept: Concept) -> float:
    """Score on half B of guessing by the current character: the label's mean for it on half A."""
    size = int(max(a.symbols.max(), b.symbols.max())) + 1
    count = np.bincount(a.symbols, minlength=size)
    total = np.bincount(a.symbols, a.labels[concept.name], minlength=size)
    guess = np.where(count > 0, total / np.maximum(count, 1), a.labels[concept.name].mean())
    return float(scores(ranks(guess[b.symbols][:, None]), b.labels[concept.name], graded=concept.graded)[0])


class _Probes:
    """Ridge regression on all cells, fitted on half A; one factorization serves every label."""

    def __init__(self, a: Half, b: Half) -> None:
        self.a, self.b = a, b
        mean = a.states.mean(0, dtype=np.float64)
        self.scale = a.states.std(0, dtype=np.float64) + 1e-9
        self.x = (a.states - mean) / self.scale  # float64: the inverse below magnifies what is lost here
        self.inverse = np.linalg.inv(self.x.T @ self.x + RIDGE * np.eye(self.x.shape[1]))

    def score(self, label_a: Array, label_b: Array, *, graded: bool) -> float:
        weights = self.inverse @ (self.x.T @ (label_a - label_a.mean(dtype=np.float64))) / self.scale
        predicted = self.b.states @ weights.astype(self.b.states.dtype)  # but for a constant, which no rank feels
        return float(scores(ranks(predicted[:, None]), label_b, graded=graded)[0])

    def control(self, label_b: Array, *, seed: int) -> float:
        """The score for labels drawn by chance for each pair of characters, as frequent as the concept."""
        share = float(np.clip((label_b > label_b.mean()).mean(), 0.05, 0.95))
        return self.score(*(chance_labels(half.symbols, share, seed) for half in (self.a, self.b)), graded=False)


def chance_labels(symbols: Array, share: float, seed: int) -> Array:
    """[T] float32: 1 for about `share` of all pairs (previous, current) of symbols,
    always the same for the same pair.
    """
    pairs = np.concatenate([[0], symbols[:-1]]) * max(1000, int(symbols.max()) + 1) + symbols
    unique, place = np.unique(pairs, return_inverse=True)
    drawn = np.array([zlib.crc32(f"{seed}:{pair}".encode()) / 2**32 < share for pair in unique], np.float32)
    return np.asarray(drawn[place])


def best_concepts(scores_a: Array, scores_b: Array, nulls: Mapping[int, float]) -> Array:
    """[H] the concept (column of the scores [H, C]) that each cell predicts best on
    half A; -1 where half B does not confirm it.

    `nulls`: what the best of all cells reaches by chance, for the columns of concepts that occur in the texts.

    """
    columns = np.array(sorted(nulls))
    if not len(columns):
        return np.full(len(scores_a), -1)
    best = columns[np.nan_to_num(strength(scores_a[:, columns])).argmax(1)]
    cells = np.arange(len(best))
    judged = scores_b[cells, best]
    score = np.where(scores_a[cells, best] >= 0.5, judged, 1 - judged)
    return np.where(score > np.array([nulls[column] for column in best.tolist()]), best, -1)
