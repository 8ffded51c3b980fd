"""The study of a character network's cells: what each tells, what holding it costs, how its gates stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from atlas.chapters.recurrent.ablation import Stretch, causal, extra_losses, peers_of
from atlas.chapters.recurrent.cell import Net
from atlas.chapters.recurrent.cells import SHIFTS, Half, find_cells
from atlas.chapters.recurrent.concepts import CONCEPTS
from atlas.chapters.recurrent.gates import KEEPING, keeping_time, memory_length, rank_correlation, saturation
from atlas.chapters.recurrent.texts import Text
from atlas.chapters.recurrent.trace import replay_net, states
from atlas.core.specs import Array

Found = tuple[dict[str, Array], dict[str, Any]]  # arrays and facts of one study
STREAMS, HELD = 8, 256  # texts, and characters of each, on which cells are held one after another
ENOUGH = 20  # characters inside a concept, below which a causal claim is not made


def study_cells(net: Net, texts: Sequence[Text], *, seed: int) -> Found:
    """Facts `concepts`: a record a concept, the causal check included unless the net is an encoder. Arrays `activity` [H]: each cell's deviation; `scores_a`
    and `scores_b` [H, C] of all cells for the CONCEPTS on half A, where one chooses, and half B, where one judges (nan: not in
    these texts; below 0.5: low in the concept).
    """
    read = states(net, [text.symbols for text in texts])
    memory = [text.rows(c) for text, (_, c) in zip(texts, read, strict=True)]
    a, b = (_half(texts[side::2], memory[side::2]) for side in (0, 1))
    found = find_cells(a, b, CONCEPTS, seed=seed)
    count = len(a.symbols) + len(b.symbols)
    mean = sum(half.states.sum(0, dtype=np.float64) for half in (a, b)) / count
    activity = np.sqrt(sum(((half.states - mean) ** 2).sum(0) for half in (a, b)) / count)
    records = [asdict(one) | {"also": list(one.also)} for one in found]
    facts: dict[str, Any] = {
        "concepts": records, "characters_a": len(a.symbols), "characters_b": len(b.symbols), "shifts": SHIFTS, "seed": seed,
    }  # fmt: skip
    if net.predicts:
        facts["held"] = _hold(net, texts[1::2], read[1::2], records, mean=mean, activity=activity)
    tables = {f"scores_{name}": score_table(half) for name, half in (("a", a), ("b", b))}
    return {"activity": activity, "mean": mean, **tables}, facts


def _hold(
    net: Net, texts: Sequence[Text], read: Sequence[tuple[Array, Array]], records: Sequence[dict[str, Any]], *, mean: Array, activity: Array
) -> int:  # fmt: skip
    """Add to each record what holding its cell costs, `causal`, in how many `places` of the concept; how many characters were read for it."""
    wanted = {cell for one in records for cell in (one["cell"], *peers_of(activity, one["cell"]).tolist())}
    extra, labels = _held(net, texts, read, mean, sorted(wanted))
    for one in records:
        inside = _inside(labels[one["concept"]], next(c.graded for c in CONCEPTS if c.name == one["concept"]))
        enough = min(inside.sum(), (~inside).sum()) >= ENOUGH
        one["causal"] = asdict(causal(extra, inside, cell=one["cell"], activity=activity)) if enough else None
        one["places"] = int(inside.sum())
    return int(extra.shape[1])


def score_table(half: Half) -> Array:
    """[H, C] float32 score of each cell for each concept."""
    return np.stack([half.scores(concept) for concept in CONCEPTS], 1).astype(np.float32)


def _half(texts: Sequence[Text], memory: Sequence[Array]) -> Half:
    labels = {c.name: np.concatenate([text.labels[c.name][:-1] for text in texts]) for c in CONCEPTS}
    return Half(np.concatenate(memory), np.concatenate([text.symbols[1:-1] for text in texts]), labels)


def _inside(label: Array, graded: bool) -> Array:
    return np.asarray(label > (label.mean() if graded else 0))


def _held(
    net: Net, texts: Sequence[Text], read: Sequence[tuple[Array, Array]], mean: Array, cells: Sequence[int]
) -> tuple[Array, dict[str, Array]]:
    """Extra losses [H, S*T] of `cells` (nan: all others) in the second halves of the longest texts, and the labels there."""
    order = sorted(range(len(texts)), key=lambda number: (-len(texts[number]), number))[:STREAMS]
    length = min(HELD, len(texts[order[-1]]) // 2 - 2)
    stretches: list[Stretch] = []
    labels: dict[str, list[Array]] = {c.name: [] for c in CONCEPTS}
    for number in order:
        text, (h, c) = texts[number], read[number]
        first = len(text) // 2
        stretches.append(Stretch(text.symbols[first : first + length + 1], h[first - 1], c[first - 1]))
        for name, values in text.labels.items():
            labels[name].append(values[first - 1 : first - 1 + length])
    held = extra_losses(net, stretches, mean, cells)
    extra = np.full((net.hidden, held.shape[1]), np.nan, np.float32)
    extra[list(cells)] = held
    return extra, {name: np.concatenate(values) for name, values in labels.items()}


def study_gates(net: Net, texts: Sequence[Text]) -> Found:
    """Arrays `shut` and `open` [G, H] by gate, `memory` [H] and `keeping` [H] in characters; facts: their correlation."""
    text = max(texts, key=len)
    trace = replay_net(net, text.symbols)
    arrays: dict[str, Array] = {"memory": memory_length(trace.c).astype(np.float64)}
    facts: dict[str, Any] = {"path": text.path, "characters": len(text), "gates": []}
    found = saturation(trace.gates)
    if found:
        facts["gates"] = list(found)
        arrays["shut"] = np.stack([shut for shut, _ in found.values()])
        arrays["open"] = np.stack([opened for _, opened in found.values()])
        facts["shut_half"] = [float((shut > 0.5).mean()) for shut, _ in found.values()]
        facts["open_half"] = [float((opened > 0.5).mean()) for _, opened in found.values()]
        arrays["keeping"] = keeping_time(trace.gates[KEEPING[net.cell.kind]])
        facts["correlation"] = rank_correlation(arrays["keeping"], arrays["memory"])
    return arrays, facts
