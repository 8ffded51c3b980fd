"""Replay: a network read over texts, with state, memory and gates after every symbol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.recurrent.cell import GATES, Cell, Net, Step, gated
from atlas.types import Array

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent


@dataclass(frozen=True)
class Trace:
    """What a layer of H cells did over T steps; row t is the state after step t."""

    h: Array  # [T, H] what is passed on
    c: Array  # [T, H] the LSTM's memory; for GRU and RNN the same as h
    gates: Mapping[str, Array]  # [T, H] each, in the order of GATES


def replay(cell: Cell, inputs: Array, *, h: Array | None = None, c: Array | None = None) -> Trace:
    """Read `inputs` [T, E] from state (h, c) [H], by default zero."""
    kept, wanted = _room(cell, 1, len(inputs), gates=True), GATES[cell.kind]
    given = (inputs @ cell.w_in.T + cell.b_in)[:, None]
    for t, now in enumerate(_steps(cell, given, _start(cell, 1, h), _start(cell, 1, c))):
        kept["h"][:, t], kept["c"][:, t] = now.h, now.c
        for gate in wanted:
            kept[gate][:, t] = now.gates[gate]
    return Trace(kept["h"][0], kept["c"][0], {gate: kept[gate][0] for gate in wanted})


def states(net: Net, texts: Sequence[Array]) -> list[tuple[Array, Array]]:
    """(h, c), each [T, H], of several texts (symbols [T]), all read from the zero state, side by side."""
    longest = max(map(len, texts))
    symbols = np.zeros((longest, len(texts)), np.int64)
    for column, text in enumerate(texts):
        symbols[: len(text), column] = text
    kept = _room(net.cell, len(texts), longest, gates=False)
    zero = _start(net.cell, len(texts), None)
    table = net.embed @ net.cell.w_in.T + net.cell.b_in  # what each symbol brings: looked up, not multiplied anew
    for t, now in enumerate(_steps(net.cell, (table[row] for row in symbols), zero, zero)):
        kept["h"][:, t], kept["c"][:, t] = now.h, now.c
    return [(kept["h"][row, : len(text)], kept["c"][row, : len(text)]) for row, text in enumerate(texts)]


def _steps(cell: Cell, given: Iterable[Array], h: Array, c: Array) -> Iterator[Step]:
    """One step after the other; `given` is what each one's input brings, [B, G*H]."""
    w_rec = np.ascontiguousarray(cell.w_rec.T)  # as it is multiplied, thousands of times
    for brought in given:
        now = gated(cell.kind, brought, h @ w_rec + cell.b_rec, h, c)
        h, c = now.h, now.c
        yield now


def _start(cell: Cell, rows: int, given: Array | None) -> Array:
    zero = np.zeros((rows, cell.hidden), cell.w_in.dtype)
    return zero if given is None else zero + given


def _room(cell: Cell, rows: int, length: int, *, gates: bool) -> dict[str, Array]:
    names = ("h", "c", *(GATES[cell.kind] if gates else ()))
    return {name: np.empty((rows, length, cell.hidden), cell.w_in.dtype) for name in names}


def losses(net: Net, states: Array, targets: Array) -> Array:
    """[T] nats: minus the log-probability that the states [T, H] give to the next symbols [T]."""
    logits = net.outputs(states).astype(np.float64)
    logits -= logits.max(1, keepdims=True)
    return np.asarray(np.log(np.exp(logits).sum(1)) - logits[np.arange(len(targets)), targets])


def replay_error(module: Recurrent, symbols: Array, trace: Trace) -> float:
    """How far the states of `trace` over `symbols` [T] are from torch's own forward pass, at most."""
    import torch

    with torch.inference_mode():
        states, _ = module.cell(module.embed(torch.from_numpy(symbols)[None]))
    return float(np.abs(trace.h - states[0].numpy()).max())
