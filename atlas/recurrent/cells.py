"""Cells that stand for a concept: chosen on half A, reported on half B, against chance, the character and a linear probe.

The null is the best of ALL cells for the label shifted in a circle: what the search itself finds where nothing is. The
probe's control task (Hewitt and Liang 2019) gives every pair of characters a label by chance: what a probe can learn
by heart.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atlas.recurrent.concepts import Concept
from atlas.recurrent.score import ranks, scores, scores_of_many, strength
from atlas.types import Array

SHIFTS = 200
TOGETHER = 100  # shifts scored at once: each pass over the ranks costs more than the shifts do
RIDGE = 1.0


@dataclass(frozen=True)
class Half:
    """States [T, H], the character read at each step [T] and the labels of each concept [T]."""

    states: Array
    symbols: Array
    labels: Mapping[str, Array]


@dataclass(frozen=True)
class CellFinding:
    """The best cell for one concept; all scores are of half B (0.5 = chance, 1 = perfect) unless said otherwise.

    `sign` is +1 for a cell that is high in the concept. `null_p95` and `p_value` compare with the best cell for shifted
    labels. `also` names the other concepts that the same cell is the best for.
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


def find_cells(a: Half, b: Half, concepts: Sequence[Concept], *, seed: int) -> list[CellFinding]:
    """The best cell for each concept that both halves hold."""
    ranked_a, ranked_b = ranks(a.states), ranks(b.states)
    probes = _Probes(a, b)
    found = []
    for concept in concepts:
        label_a, label_b = a.labels[concept.name], b.labels[concept.name]
        if np.ptp(label_a) == 0 or np.ptp(label_b) == 0:
            continue
        on_a = scores(ranked_a, label_a, graded=concept.graded)
        cell = int(np.nanargmax(strength(on_a)))
        sign = 1 if on_a[cell] >= 0.5 else -1
        own = scores(ranked_b[:, [cell]], label_b, graded=concept.graded)[0]
        null = null_scores(ranked_b, label_b, graded=concept.graded, seed=seed)
        score = float(own if sign > 0 else 1 - own)
        found.append(
            CellFinding(
                concept.name,
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
        )
    return _flagged(found)


def _flagged(found: list[CellFinding]) -> list[CellFinding]:
    from dataclasses import replace

    return [
        replace(one, also=tuple(other.concept for other in found if other is not one and other.cell == one.cell))
        for one in found
    ]


def null_scores(ranked: Array, label: Array, *, graded: bool, seed: int, shifts: int = SHIFTS) -> Array:
    """[shifts] the best score of any cell for `label` moved along the text by a random distance, in a circle."""
    count = len(label)
    least = min(1000, count // 4)
    distances = np.random.default_rng(seed).integers(least, count - least, shifts)
    best = []
    for first in range(0, shifts, TOGETHER):
        moved = np.stack([np.roll(label, distance) for distance in distances[first : first + TOGETHER]], 1)
        best.append(np.nanmax(strength(scores_of_many(ranked, moved, graded=graded)), 0))
    return np.concatenate(best)


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
        self.mean = a.states.mean(0, dtype=np.float64)
        self.scale = a.states.std(0, dtype=np.float64) + 1e-9
        self.x = ((a.states - self.mean) / self.scale).astype(np.float32)
        self.y = ((b.states - self.mean) / self.scale).astype(np.float32)
        gram = self.x.T.astype(np.float64) @ self.x + RIDGE * np.eye(self.x.shape[1])
        self.inverse = np.linalg.inv(gram)

    def score(self, label_a: Array, label_b: Array, *, graded: bool) -> float:
        weights = self.inverse @ (self.x.T.astype(np.float64) @ (label_a - label_a.mean()))
        return float(scores(ranks(self.y @ weights[:, None]), label_b, graded=graded)[0])

    def control(self, label_b: Array, *, seed: int) -> float:
        """The score for labels drawn by chance for each pair of characters, as frequent as the concept."""
        share = float(np.clip((label_b > label_b.mean()).mean(), 0.05, 0.95))
        return self.score(*(chance_labels(half.symbols, share, seed) for half in (self.a, self.b)), graded=False)


def chance_labels(symbols: Array, share: float, seed: int) -> Array:
    """[T] float32: 1 for about `share` of all pairs (previous, current) of symbols, always the same for the same pair."""
    pairs = np.concatenate([[0], symbols[:-1]]) * 1000 + symbols
    unique, place = np.unique(pairs, return_inverse=True)
    drawn = np.array([zlib.crc32(f"{seed}:{pair}".encode()) / 2**32 < share for pair in unique], np.float32)
    return np.asarray(drawn[place])
