"""Replay: a network read over texts, with state, memory and gates after every symbol."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.recurrent.cell import GATES, Cell, Net, Step, beside, gated
from atlas.core.specs import Array
from atlas.runtime.memory import keep_last

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


def cell_traces(net: Net, inputs: Array, *, h: Array | None = None, c: Array | None = None) -> list[Trace]:
    """What each of the net's cells did, each reading the states of the layer below
    it, from states (h, c) [H] of all, by default zero.
    """
    found: list[Trace] = []
    firsts = zip(*([None] * len(net.cells) if given is None else net.by_cell(given) for given in (h, c)), strict=True)
    below = inputs
    for layer in net.layers:
        made = [_replayed(cell, below, turn, *next(firsts)) for cell, turn in zip(layer, TURNS, strict=False)]
        below = beside([one.h for one in made])
        found += made
    return found


TURNS = slice(None), slice(None, None, -1)  # the order in which each direction reads the steps


def _replayed(cell: Cell, inputs: Array, turn: slice, h: Array | None, c: Array | None) -> Trace:
    made = replay(cell, inputs[turn], h=h, c=c)
    return Trace(made.h[turn], made.c[turn], {gate: values[turn] for gate, values in made.gates.items()})


def replay_net(net: Net, symbols: Array) -> Trace:
    """Read `symbols` [T] by all layers from the zero state; columns are the cells of all layers, the lowest first."""
    found = cell_traces(net, net.embed[symbols])
    h, c = (beside([getattr(one, name) for one in found]) for name in "hc")
    return Trace(h, c, {gate: beside([one.gates[gate] for one in found]) for gate in found[0].gates})


def _digest(net: Net, texts: Sequence[Array]) -> str:
    """Of all that the states depend on."""
    weights = [part for cell in net.cells for part in (cell.w_in, cell.w_rec, cell.b_in, cell.b_rec)]
    arrays = [np.ascontiguousarray(array) for array in (net.embed, *weights, *texts)]
    found = hashlib.sha256(
        repr([net.cell.kind, net.directions, *((str(array.dtype), array.shape) for array in arrays)]).encode()
    )
    for array in arrays:
        found.update(array.data)
    return found.hexdigest()


@keep_last(_digest)
def states(net: Net, texts: Sequence[Array]) -> list[tuple[Array, Array]]:
    """(h, c), each [T, H], of several texts (symbols [T]), all read from the zero state, side by side; not to be
    written to.

    The last result is kept, since the studies of a network read the same texts one after the other.
    """
    symbols = np.zeros((len(texts), max(map(len, texts))), np.int64)
    for row, text in enumerate(texts):
        symbols[row, : len(text)] = text
    orders = _orders(symbols.shape, np.array([[len(text)] for text in texts]))[: net.directions]
    found: list[dict[str, Array]] = []
    for layer in net.layers:
        below = beside([one["h"] for one in found[-net.directions :]]) if found else None
        found += [_side_by_side(net, cell, below, symbols, order) for cell, order in zip(layer, orders, strict=True)]
    h, c = (beside([one[name] for one in found]) for name in "hc")
    h.flags.writeable = c.flags.writeable = False
    return [(h[row, : len(text)], c[row, : len(text)]) for row, text in enumerate(texts)]


def _orders(shape: tuple[int, ...], lengths: Array) -> tuple[Array, Array]:
    """[B, T] of either direction: the place of each text of `lengths` [B, 1] that
    is read at each step; what fills a text up stays behind it.
    """
    forwards = np.broadcast_to(np.arange(shape[1]), shape)
    return forwards, np.where(forwards < lengths, lengths - 1 - forwards, forwards)


def _side_by_side(net: Net, cell: Cell, below: Array | None, symbols: Array, order: Array) -> dict[str, Array]:
    """h and c [B, T, H] of a cell over B texts of T steps, taken in `order` [B, T]; it reads the states `below` [B, T,
    E] or the `symbols` [B, T].
    """
    rows, kept, zero = np.arange(len(order)), _room(cell, *order.shape, gates=False), _start(cell, len(order), None)
    if below is None:
        table = net.embed @ cell.w_in.T + cell.b_in  # what each symbol brings: looked up, not multiplied anew
        given = (table[symbols[rows, at]] for at in order.T)
    else:
        given = (below[rows, at] @ cell.w_in.T + cell.b_in for at in order.T)
    for at, now in zip(order.T, _steps(cell, given, zero, zero), strict=True):
        kept["h"][rows, at], kept["c"][rows, at] = now.h, now.c
    return kept


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
    """How far the states of `trace` over `symbols` [T] are from torch's own forward pass, at most.

    Torch returns the topmost layer's state after every step, and that of all layers after the last one that each
    direction takes.
    """
    import torch

    with torch.inference_mode():
        states, last = module.cell(module.embed(torch.from_numpy(symbols)[None]))
    top, ends = states[0].numpy(), (last[0] if isinstance(last, tuple) else last)[:, 0].numpy()
    apart = [np.abs(trace.h[:, -top.shape[1] :] - top).max()]
    for number, (own, end) in enumerate(zip(np.split(trace.h, len(ends), axis=1), ends, strict=True)):
        apart.append(np.abs(own[-1 if number % module.directions == 0 else 0] - end).max())
    return float(max(apart))
