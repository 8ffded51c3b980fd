"""The study behind the cell browser: a passage with everything that can be shown over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.chapters.recurrent.cell import GATES, RECTIFIED, net_of
from atlas.chapters.recurrent.concepts import CONCEPTS
from atlas.chapters.recurrent.texts import Text, halves, numbered
from atlas.chapters.recurrent.trace import replay_error, replay_net
from atlas.core.specs import Array

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

PASSAGES, LONG = 1, 480


def study_passages(module: Recurrent, texts: Sequence[Text]) -> tuple[dict[str, Array], dict[str, Any]]:
    """PASSAGES of half B with everything that can be shown over them, in steps of 1/127.

    They are those with the most kinds of concepts, by the tokenizer alone: no network is favoured.

    Arrays, a passage after the other: `symbols` [P*L], `c`, `h` and each gate [P*L, H] int8 (c divided by `scale` [H]),
    `next` and `chance` [P*L, 5] (`symbols` are places in the texts' names): the five likeliest next characters and their probabilities in percent (of an encoder neither). Fact `replay`: how far
    the states shown are from those of torch's own forward pass over the texts, at most, both in float64.
    """
    exact = deepcopy(module).double()  # in single precision rounding alone reaches 1e-4 after thousands of characters
    net = net_of(exact)
    _, b = halves(texts)
    long = round(LONG / np.mean([text.spread for text in b]))
    chosen = sorted(((text, *_varied(text, long)) for text in b), key=lambda one: (-one[2], one[0].path))[:PASSAGES]
    parts: dict[str, list[Array]] = {}
    paths, firsts = [], []
    scale, replayed = np.zeros(net.hidden), 0.0
    for text, first, _ in chosen:
        trace = replay_net(net, text.symbols)
        replayed = max(replayed, replay_error(exact, text.symbols, trace))
        rows = slice(first + 1, min(first + 1 + long, len(text)))
        shown = {"symbols": text.seen, "h": trace.h, "c": trace.c, **trace.gates}
        part = {name: values[rows] for name, values in shown.items()}
        if net.predicts:
            part["next"], part["chance"] = _likely(net.outputs(part["h"]))
        for name, values in part.items():
            parts.setdefault(name, []).append(values)
        scale = np.maximum(scale, np.quantile(np.abs(trace.c), 0.995, axis=0))
        paths.append(text.path)
        firsts.append(first)
    whole = {name: np.concatenate(values) for name, values in parts.items()}
    facts = {
        "paths": paths, "firsts": firsts, "lengths": [len(part) for part in parts["symbols"]], "replay": replayed,
    }  # fmt: skip
    return _packed(net.cell.kind, whole, scale, texts[0].names), facts


def _packed(kind: str, whole: Mapping[str, Array], scale: Array, names: Sequence[str]) -> dict[str, Array]:
    """The arrays of `study_passages`: states and gates in steps of 1/127, symbols and chances as small as they go."""
    bounded = dict(whole) | {"c": whole["c"] / np.maximum(scale, 1e-9)}
    if kind == RECTIFIED:  # its state has no bounds either
        bounded["h"] = bounded["c"]
    states = {name: np.rint(np.clip(bounded[name], -1, 1) * 127).astype(np.int8) for name in ("h", "c", *GATES[kind])}
    if "next" in whole:
        states |= {"next": numbered(whole["next"], names), "chance": whole["chance"].astype(np.uint8)}
    return states | {"symbols": numbered(whole["symbols"], names), "scale": scale.astype(np.float32)}


def _varied(text: Text, long: int) -> tuple[int, float]:
    """Where the passage of `long` symbols with the most kinds of concepts begins, and how many it holds (a tenth of it each counts whole)."""
    starts = sorted({_line_start(text.pieces, place) for place in range(0, max(1, len(text) - long), long // 4)})
    names = [concept.name for concept in CONCEPTS if not concept.graded]

    def variety(first: int) -> float:
        shares = [float((text.labels[name][first : first + long] > 0).mean()) for name in names]
        return sum(min(share, 0.1) for share in shares) * min(1.0, (len(text) - first) / long)

    best = max(starts, key=variety)
    return best, variety(best)


def _line_start(pieces: Sequence[str], place: int) -> int:
    return next((before + 1 for before in range(place - 1, -1, -1) if "\n" in pieces[before]), 0)


def _likely(logits: Array) -> tuple[Array, Array]:
    chance = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    order = np.argsort(-chance, axis=1, kind="stable")[:, :5]
    return order, np.rint(100 * np.take_along_axis(chance, order, 1))
