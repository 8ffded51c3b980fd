"""The study behind the cell browser: a passage with everything that can be shown over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.recurrent.cell import GATES, RECTIFIED, Net, net_of
from atlas.chapters.recurrent.concepts import CONCEPTS
from atlas.chapters.recurrent.texts import Text, halves, numbered
from atlas.chapters.recurrent.trace import Trace, replay_error, replay_net
from atlas.core.pack import stored
from atlas.core.specs import Array

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

PASSAGES, LONG = 1, 480


@dataclass(frozen=True, kw_only=True)
class PassageStudy:
    """PASSAGES of half B with all that the cell browser shows, one after the other; L symbols in all, H cells.

    `symbols` and `likely` are indices into the names of the network's symbols. States and gates are int8 in steps of
    1/127; c, and the h of a rectified network, are divided by `scale`.
    """

    paths: tuple[str, ...]
    firsts: tuple[int, ...]  # the first symbol of each
    lengths: tuple[int, ...]
    replay: float  # largest distance of the states, in float64, from those of torch's own forward pass
    symbols: Array  # [L]
    h: Array  # [L, H]
    c: Array  # [L, H]
    gates: Mapping[str, Array] = stored("", only=dict.fromkeys(chain(*GATES.values())))  # [L, H] each
    scale: Array  # [H]
    likely: Array | None = stored("next", default=None)  # [L, 5] likeliest next symbols; None of an encoder
    chance: Array | None = None  # [L, 5] their probabilities in per cent


def study_passages(module: Recurrent, texts: Sequence[Text]) -> PassageStudy:
    """The passages with the most kinds of concepts, by the tokenizer alone: no network is favoured."""
    exact = deepcopy(module).double()  # in single precision rounding alone reaches 1e-4 after thousands of characters
    net = net_of(exact)
    _, b = halves(texts)
    long = round(LONG / np.mean([text.spread for text in b]))
    chosen = sorted(((text, *_varied(text, long)) for text in b), key=lambda one: (-one[2], one[0].path))[:PASSAGES]
    traces = [replay_net(net, text.symbols) for text, _, _ in chosen]
    parts = [_part(net, text, trace, first, long) for (text, first, _), trace in zip(chosen, traces, strict=True)]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    scale = np.max([np.quantile(np.abs(trace.c), 0.995, axis=0) for trace in traces], axis=0)
    states, gates = _quantized(net.cell.kind, whole, scale)
    names = texts[0].names
    return PassageStudy(
        paths=tuple(text.path for text, _, _ in chosen),
        firsts=tuple(first for _, first, _ in chosen),
        lengths=tuple(len(part["symbols"]) for part in parts),
        replay=max(
            replay_error(exact, text.symbols, trace) for (text, _, _), trace in zip(chosen, traces, strict=True)
        ),
        symbols=numbered(whole["symbols"], names),
        **states,
        gates=gates,
        scale=scale.astype(np.float32),
        likely=numbered(whole["likely"], names) if net.predicts else None,
        chance=whole["chance"].astype(np.uint8) if net.predicts else None,
    )


def _part(net: Net, text: Text, trace: Trace, first: int, long: int) -> dict[str, Array]:
    """A passage of `long` symbols of a text from `first` on: symbols, states, gates and, if any, predictions."""
    rows = slice(first + 1, min(first + 1 + long, len(text)))
    shown = {"symbols": text.seen, "h": trace.h, "c": trace.c, **trace.gates}
    part = {name: values[rows] for name, values in shown.items()}
    if net.predicts:
        part["likely"], part["chance"] = _likely(net.outputs(part["h"]))
    return part


def _quantized(kind: str, whole: Mapping[str, Array], scale: Array) -> tuple[dict[str, Array], dict[str, Array]]:
    """States h and c, and the gates, in steps of 1/127."""
    bounded = dict(whole) | {"c": whole["c"] / np.maximum(scale, 1e-9)}
    if kind == RECTIFIED:  # its state has no bounds either
        bounded["h"] = bounded["c"]
    steps = {name: np.rint(np.clip(bounded[name], -1, 1) * 127).astype(np.int8) for name in ("h", "c", *GATES[kind])}
    return {name: steps[name] for name in "hc"}, {name: steps[name] for name in GATES[kind]}


def _varied(text: Text, long: int) -> tuple[int, float]:
    """Where the passage of `long` symbols with the most kinds of concepts begins,
    and how many it holds (a tenth of it each counts whole).
    """
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
