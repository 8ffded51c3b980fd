"""The studies of one character network, each from texts to plain numbers: cells, gates, reach, relevance, passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.networks.recurrent import ALPHABET
from atlas.recurrent.cell import GATES, Net, net_of
from atlas.recurrent.cells import Half, find_cells
from atlas.recurrent.clamp import Stretch, causal, extra_losses
from atlas.recurrent.concepts import CONCEPTS
from atlas.recurrent.explain import explain
from atlas.recurrent.gates import KEEPING, keeping_time, memory_length, rank_correlation, saturation
from atlas.recurrent.reach import KINDS, LENGTHS, gains, kinds, truncated_losses
from atlas.recurrent.texts import Text, halves
from atlas.recurrent.trace import losses, replay, states
from atlas.types import Array

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

Found = tuple[dict[str, Array], dict[str, Any]]  # arrays and facts of one study
STREAMS, HELD = 8, 256  # texts, and characters of each, on which all cells are held one after another
ENOUGH = 20  # characters inside a concept, below which a causal claim is not made
WINDOW = 64  # characters before a decision that its relevance is shared among


def study_cells(net: Net, texts: Sequence[Text], *, seed: int) -> Found:
    """Facts `concepts`: a record a concept, the causal check included. Arrays `activity` [H]: each cell's deviation."""
    read = states(net, [text.symbols for text in texts])
    memory = [text.rows(c) for text, (_, c) in zip(texts, read, strict=True)]
    a, b = (_half(texts[side::2], memory[side::2]) for side in (0, 1))
    found = find_cells(a, b, CONCEPTS, seed=seed)
    whole = np.concatenate(memory)
    mean, activity = whole.mean(0), whole.std(0)
    extra, labels = _held(net, texts[1::2], read[1::2], mean)
    records = []
    for one in found:
        inside = _inside(labels[one.concept], next(c.graded for c in CONCEPTS if c.name == one.concept))
        enough = min(inside.sum(), (~inside).sum()) >= ENOUGH
        effect = asdict(causal(extra, inside, cell=one.cell, activity=activity)) if enough else None
        records.append(asdict(one) | {"also": list(one.also), "causal": effect, "places": int(inside.sum())})
    return {"activity": activity, "mean": mean}, {
        "concepts": records, "characters_a": len(a.symbols), "characters_b": len(b.symbols), "held": int(extra.shape[1]),
        "seed": seed,
    }  # fmt: skip


def _half(texts: Sequence[Text], memory: Sequence[Array]) -> Half:
    labels = {c.name: np.concatenate([text.labels[c.name][:-1] for text in texts]) for c in CONCEPTS}
    return Half(np.concatenate(memory), np.concatenate([text.symbols[1:-1] for text in texts]), labels)


def _inside(label: Array, graded: bool) -> Array:
    return np.asarray(label > (label.mean() if graded else 0))


def _held(
    net: Net, texts: Sequence[Text], read: Sequence[tuple[Array, Array]], mean: Array
) -> tuple[Array, dict[str, Array]]:
    """Extra losses [H, S*T] of all cells in the second halves of the longest texts, and the labels there."""
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
    extra = extra_losses(net, stretches, mean, range(net.cell.hidden))
    return extra, {name: np.concatenate(values) for name, values in labels.items()}


def study_gates(net: Net, texts: Sequence[Text]) -> Found:
    """Arrays `shut` and `open` [G, H] by gate, `memory` [H] and `keeping` [H] in characters; facts: their correlation."""
    text = max(texts, key=len)
    trace = replay(net.cell, net.embed[text.symbols])
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


def study_reach(module: Recurrent, texts: Sequence[Text], baseline: Array, *, places: int, seed: int) -> Found:
    """Loss by context length, gain at closings by distance, and where the loss lies, beside an n-gram model.

    `baseline` is the model's loss at every character but each text's first, one text after the other.
    """
    net = net_of(module)
    read = states(net, [text.symbols for text in texts])
    own = [losses(net, text.rows(h), text.following) for text, (h, _) in zip(texts, read, strict=True)]
    cuts = np.cumsum([len(text) - 1 for text in texts])[:-1]
    other = np.split(baseline, cuts)
    facts = {
        "loss": float(np.concatenate(own).mean()),
        "baseline": float(baseline.mean()),
        "characters": len(baseline),
        "closings": _closings(texts, own, other, seed=seed),
        "kinds": _by_kind(texts, own, other),
        "context": _by_context(module, texts, own, places=places, seed=seed),
    }
    return {}, facts


def _closings(texts: Sequence[Text], own: Sequence[Array], other: Sequence[Array], *, seed: int) -> dict[str, Any]:
    gain, distance, quote = [], [], []
    for text, mine, base in zip(texts, own, other, strict=True):
        kept = text.pairs[:, 1] >= 1
        closing = text.pairs[kept, 1] - 1  # row t predicts character t + 1
        gain.append(base[closing] - mine[closing])
        distance.append(text.pairs[kept, 1] - text.pairs[kept, 0])
        quote.append(text.quotes[kept])
    gains_, distances, quotes = (np.concatenate(each) for each in (gain, distance, quote))
    return {
        name: [asdict(one) for one in gains(gains_[chosen], distances[chosen], seed=seed)]
        for name, chosen in (("bracket", ~quotes), ("quote", quotes))
    }


def _by_kind(texts: Sequence[Text], own: Sequence[Array], other: Sequence[Array]) -> list[dict[str, Any]]:
    kind = np.concatenate([kinds(text.text)[1:] for text in texts])
    mine, base = np.concatenate(own), np.concatenate(other)
    return [
        {"kind": name, "share": float((kind == number).mean()), "loss": float(mine[kind == number].mean()),
         "baseline": float(base[kind == number].mean()), "of_loss": float(mine[kind == number].sum() / mine.sum())}
        for number, name in enumerate(KINDS)
        if (kind == number).any()
    ]  # fmt: skip


def _by_context(
    module: Recurrent, texts: Sequence[Text], own: Sequence[Array], *, places: int, seed: int
) -> dict[str, Any]:
    """Mean loss with 1, 2, 4, … characters of context and with all of them, at the same places."""
    rng = np.random.default_rng(seed)
    reach = min(LENGTHS[-1], max(map(len, texts)) // 2)
    lengths = [length for length in LENGTHS if length <= reach]
    long = [number for number, text in enumerate(texts) if len(text) > reach + 10]
    each = max(1, places // len(long))
    parts, whole = [], []
    for number in long:
        rows = np.sort(
            rng.choice(
                np.arange(reach, len(texts[number]) - 1), min(each, len(texts[number]) - 1 - reach), replace=False
            )
        )
        parts.append(
            truncated_losses(module, texts[number].symbols, rows + 2, lengths)
        )  # row t predicts symbols[t + 2]
        whole.append(own[number][rows])
    found = np.concatenate(parts, 1)
    return {"lengths": lengths, "loss": found.mean(1).tolist(), "all": float(np.concatenate(whole).mean()),
            "n": int(found.shape[1])}  # fmt: skip


def decisions(texts: Sequence[Text], *, count: int = 3, least: int = 16, most: int = 48) -> list[tuple[int, int, int]]:
    """(text, opening, closing) of the first bracket or quote of `count` texts that closes after least to most characters.

    Chosen by the text alone, so that no network is favoured; quotes and brackets take turns.
    """
    found: list[tuple[int, int, int]] = []
    for number, text in enumerate(texts):
        far = text.pairs[:, 1] - text.pairs[:, 0]
        wanted = (far >= least) & (far <= most) & (text.pairs[:, 1] > WINDOW) & (text.quotes == (len(found) % 2 == 1))
        if wanted.any() and len(found) < count:
            opening, closing = text.pairs[np.argmax(wanted)]
            found.append((number, int(opening), int(closing)))
    return found


def study_relevance(module: Recurrent, texts: Sequence[Text], *, seed: int) -> Found:
    """What the logit of a closing sign rests on, against the mean of all logits, by four methods; the ledger of LRP."""
    exact = module.double()
    net = net_of(exact)
    _, b = halves(texts)
    arrays: dict[str, Array] = {}
    facts: list[dict[str, Any]] = []
    for place, (number, opening, closing) in enumerate(decisions(b)):
        text = b[number]
        symbols = text.symbols[closing + 1 - WINDOW : closing + 1]  # up to the character before the closing one
        right = int(text.symbols[closing + 1])
        direction = -np.full(len(ALPHABET), 1 / len(ALPHABET))
        direction[right] += 1
        given, told = explain(exact, symbols, direction, seed=seed)
        logits = net.outputs(replay(net.cell, net.embed[symbols]).h[-1])
        arrays |= {f"{place}/{name}": values for name, values in given.items()} | {f"{place}/symbols": symbols}
        facts.append({
            "path": text.path, "opening": opening - (closing - WINDOW), "right": right,
            "probability": float(np.exp(logits[right] - np.logaddexp.reduce(logits))),
            **told,
        })  # fmt: skip
    return arrays, {"decisions": facts}


PASSAGES, LONG = 2, 480


def study_passages(net: Net, texts: Sequence[Text]) -> Found:
    """Two passages of half B with everything that can be shown over them, in steps of 1/127.

    They are the ones with the most kinds of concepts, by the tokenizer alone: no network is favoured.

    Arrays, a passage after the other: `symbols` [P*L], `c`, `h` and each gate [P*L, H] int8 (c divided by `scale` [H]),
    `next` and `chance` [P*L, 5]: the five likeliest next characters and their probabilities in percent.
    """
    _, b = halves(texts)
    chosen = sorted(((text, *_varied(text)) for text in b), key=lambda one: (-one[2], one[0].path))[:PASSAGES]
    parts: dict[str, list[Array]] = {}
    paths, firsts = [], []
    scale = np.zeros(net.cell.hidden, np.float32)
    for text, first, _ in chosen:
        trace = replay(net.cell, net.embed[text.symbols])
        rows = slice(first + 1, min(first + 1 + LONG, len(text)))
        likely, chance = _likely(net.outputs(trace.h[rows]))
        for name, values in (("symbols", text.symbols[rows]), ("h", trace.h[rows]), ("c", trace.c[rows]),
                             ("next", likely), ("chance", chance), *((g, v[rows]) for g, v in trace.gates.items())):  # fmt: skip
            parts.setdefault(name, []).append(values)
        scale = np.maximum(scale, np.quantile(np.abs(trace.c), 0.995, axis=0))
        paths.append(text.path)
        firsts.append(first)
    whole = {name: np.concatenate(values) for name, values in parts.items()}
    whole["c"] = whole["c"] / np.maximum(scale, 1e-9)
    arrays = {
        name: np.rint(np.clip(whole[name], -1, 1) * 127).astype(np.int8) for name in ("h", "c", *GATES[net.cell.kind])
    }
    arrays |= {"symbols": whole["symbols"].astype(np.uint8), "next": whole["next"].astype(np.uint8),
               "chance": whole["chance"].astype(np.uint8), "scale": scale}  # fmt: skip
    return arrays, {"paths": paths, "firsts": firsts, "lengths": [len(part) for part in parts["symbols"]]}


def _varied(text: Text) -> tuple[int, float]:
    """Where the passage with the most kinds of concepts begins, and how many it holds (a tenth of it each counts whole)."""
    starts = sorted({_line_start(text.text, place) for place in range(0, max(1, len(text) - LONG), LONG // 4)})
    names = [concept.name for concept in CONCEPTS if not concept.graded]

    def variety(first: int) -> float:
        shares = [float((text.labels[name][first : first + LONG] > 0).mean()) for name in names]
        return sum(min(share, 0.1) for share in shares) * min(1.0, (len(text) - first) / LONG)

    best = max(starts, key=variety)
    return best, variety(best)


def _line_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1


def _likely(logits: Array) -> tuple[Array, Array]:
    chance = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    order = np.argsort(-chance, axis=1, kind="stable")[:, :5]
    return order, np.rint(100 * np.take_along_axis(chance, order, 1))
