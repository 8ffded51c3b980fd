"""The study of a network's cells: which concept each predicts, the loss under mean ablation, gate statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from atlas.chapters.recurrent.ablation import Stretch, ablation_effect, extra_losses, peers_of
from atlas.chapters.recurrent.cell import Net
from atlas.chapters.recurrent.cells import SHIFTS, CellFinding, Half, find_cells
from atlas.chapters.recurrent.concepts import CONCEPTS
from atlas.chapters.recurrent.gates import KEEPING, keeping_time, memory_length, rank_correlation, saturation
from atlas.chapters.recurrent.texts import Text
from atlas.chapters.recurrent.trace import replay_net, states
from atlas.core.pack import stored
from atlas.core.specs import Array

STREAMS, ABLATED = 8, 256  # texts, and characters of each, on which cells are ablated one after another
ENOUGH = 20  # characters inside a concept, below which its cell is not ablated
State = tuple[Array, Array]  # h and c of a text


@dataclass(frozen=True, kw_only=True)
class CellStudy:
    """Which cells encode which concept; H cells, C CONCEPTS.

    Of `scores_a` and `scores_b` one chooses on half A and reports on half B: nan where the texts lack the concept,
    below 0.5 for a cell that is low in it. `ablated` is the number of characters that were read with cells ablated.


    """

    concepts: tuple[CellFinding, ...]  # the best cell for each concept that occurs
    characters_a: int
    characters_b: int
    shifts: int  # of the labels, for the null
    seed: int
    activity: Array  # [H] standard deviation
    mean: Array  # [H]
    scores_a: Array  # [H, C] float32
    scores_b: Array
    ablated: int | None = stored("held", default=None)  # None of an encoder


def study_cells(net: Net, texts: Sequence[Text], *, seed: int) -> CellStudy:
    """The best cell for each concept, chosen on half A of the texts and judged on half B."""
    read = states(net, [text.symbols for text in texts])
    memory = [text.rows(c) for text, (_, c) in zip(texts, read, strict=True)]
    a, b = (_half(texts[side::2], memory[side::2]) for side in (0, 1))
    found = find_cells(a, b, CONCEPTS, seed=seed)
    count = len(a.symbols) + len(b.symbols)
    mean = sum(half.states.sum(0, dtype=np.float64) for half in (a, b)) / count
    activity = np.sqrt(sum(((half.states - mean) ** 2).sum(0) for half in (a, b)) / count)
    study = CellStudy(
        concepts=tuple(found),
        characters_a=len(a.symbols),
        characters_b=len(b.symbols),
        shifts=SHIFTS,
        seed=seed,
        activity=activity,
        mean=mean,
        scores_a=score_table(a),
        scores_b=score_table(b),
    )
    return _with_ablation(study, net, texts[1::2], read[1::2]) if net.predicts else study


def _with_ablation(study: CellStudy, net: Net, texts: Sequence[Text], read: Sequence[State]) -> CellStudy:
    """The same with what fixing the best cells at their means costs."""
    wanted = {cell for one in study.concepts for cell in (one.cell, *peers_of(study.activity, one.cell).tolist())}
    extra, labels = _ablate(net, texts, read, study.mean, sorted(wanted))
    concepts = tuple(_effect(one, extra, labels[one.concept], study.activity) for one in study.concepts)
    return replace(study, concepts=concepts, ablated=int(extra.shape[1]))


def _effect(finding: CellFinding, extra: Array, label: Array, activity: Array) -> CellFinding:
    inside = _inside(label, next(c.graded for c in CONCEPTS if c.name == finding.concept))
    enough = min(inside.sum(), (~inside).sum()) >= ENOUGH
    effect = ablation_effect(extra, inside, cell=finding.cell, activity=activity) if enough else None
    return replace(finding, ablation=effect, inside=int(inside.sum()))


def score_table(half: Half) -> Array:
    """[H, C] float32 score of each cell for each concept."""
    return np.stack([half.scores(concept) for concept in CONCEPTS], 1).astype(np.float32)


def _half(texts: Sequence[Text], memory: Sequence[Array]) -> Half:
    labels = {c.name: np.concatenate([text.labels[c.name][:-1] for text in texts]) for c in CONCEPTS}
    return Half(np.concatenate(memory), np.concatenate([text.symbols[1:-1] for text in texts]), labels)


def _inside(label: Array, graded: bool) -> Array:
    return np.asarray(label > (label.mean() if graded else 0))


def _ablate(
    net: Net, texts: Sequence[Text], read: Sequence[State], mean: Array, cells: Sequence[int]
) -> tuple[Array, dict[str, Array]]:
    """Extra losses [H, S*T] of `cells` (nan: all others) in the second halves of
    the longest texts, and the labels there.
    """
    order = sorted(range(len(texts)), key=lambda index: (-len(texts[index]), index))[:STREAMS]
    length = min(ABLATED, len(texts[order[-1]]) // 2 - 2)
    stretches: list[Stretch] = []
    labels: dict[str, list[Array]] = {c.name: [] for c in CONCEPTS}
    for index in order:
        text, (h, c) = texts[index], read[index]
        first = len(text) // 2
        stretches.append(Stretch(text.symbols[first : first + length + 1], h[first - 1], c[first - 1]))
        for name, values in text.labels.items():
            labels[name].append(values[first - 1 : first - 1 + length])
    losses = extra_losses(net, stretches, mean, cells)
    extra = np.full((net.hidden, losses.shape[1]), np.nan, np.float32)
    extra[list(cells)] = losses
    return extra, {name: np.concatenate(values) for name, values in labels.items()}


@dataclass(frozen=True, kw_only=True)
class GateStudy:
    """How often the G gates of H cells are closed and open, and how long the cells remember, on one text.

    Gates, their shares, `keeping` and the correlation are there for a network with gates only.
    """

    path: str
    characters: int
    gates: tuple[str, ...]
    memory: Array  # [H] characters until the autocorrelation falls below 1/e
    closed: Array | None = stored("shut", default=None)  # [G, H] share of time below 0.1
    open: Array | None = None  # [G, H] share of time above 0.9
    closed_half: tuple[float, ...] | None = stored("shut_half", default=None)  # share of cells closed most of the time
    open_half: tuple[float, ...] | None = None
    keeping: Array | None = None  # [H] characters until the mean keeping gate alone would let a memory fade to 1/e
    correlation: float | None = None  # Spearman's, of `keeping` and `memory`


def study_gates(net: Net, texts: Sequence[Text]) -> GateStudy:
    """Gate statistics on the longest text."""
    text = max(texts, key=len)
    trace = replay_net(net, text.symbols)
    memory = memory_length(trace.c).astype(np.float64)
    shares = saturation(trace.gates)
    study = GateStudy(path=text.path, characters=len(text), gates=tuple(shares), memory=memory)
    if not shares:
        return study
    closed, opened = (np.stack([pair[side] for pair in shares.values()]) for side in (0, 1))
    keeping = keeping_time(trace.gates[KEEPING[net.cell.kind]])
    return replace(
        study,
        closed=closed,
        open=opened,
        closed_half=tuple((closed > 0.5).mean(1).tolist()),
        open_half=tuple((opened > 0.5).mean(1).tolist()),
        keeping=keeping,
        correlation=rank_correlation(keeping, memory),
    )
