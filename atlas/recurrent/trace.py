"""Replay: a network read over texts, with state, memory and gates after every symbol."""

from __future__ import annotations

import hashlib
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


def layer_traces(net: Net, inputs: Array, *, h: Array | None = None, c: Array | None = None) -> list[Trace]:
    """What each layer did, each reading the states of the one below it, from states (h, c) [H] of all, by default zero."""
    found: list[Trace] = []
    firsts = [[None] * len(net.cells) if given is None else net.by_layer(given) for given in (h, c)]
    for cell, first_h, first_c in zip(net.cells, *firsts, strict=True):
        found.append(replay(cell, found[-1].h if found else inputs, h=first_h, c=first_c))
    return found


def replay_net(net: Net, symbols: Array) -> Trace:
    """Read `symbols` [T] by all layers from the zero state; columns are the cells of all layers, the lowest first."""
    found = layer_traces(net, net.embed[symbols])
    if len(found) == 1:
        return found[0]
    h, c = (np.concatenate([getattr(one, name) for one in found], 1) for name in "hc")
    return Trace(h, c, {gate: np.concatenate([one.gates[gate] for one in found], 1) for gate in found[0].gates})


_last: dict[str, list[tuple[Array, Array]]] = {}


def states(net: Net, texts: Sequence[Array]) -> list[tuple[Array, Array]]:
    """(h, c), each [T, H], of several texts (symbols [T]), all read from the zero state, side by side; not to be written to.

    The last answer is kept, since the studies of a network read the same texts one after the other.
    """
    asked = _digest(net, texts)
    if asked not in _last:
        _last.clear()  # before the next one is made: together they may not fit
        _last[asked] = _read(net, texts)
    return _last[asked]


def _digest(net: Net, texts: Sequence[Array]) -> str:
    """Of all that the states depend on."""
    weights = [part for cell in net.cells for part in (cell.w_in, cell.w_rec, cell.b_in, cell.b_rec)]
    arrays = [np.ascontiguousarray(array) for array in (net.embed, *weights, *texts)]
    found = hashlib.sha256(repr([net.cell.kind, *((str(array.dtype), array.shape) for array in arrays)]).encode())
    for array in arrays:
        found.update(array.data)
    return found.hexdigest()


def _read(net: Net, texts: Sequence[Array]) -> list[tuple[Array, Array]]:
    longest = max(map(len, texts))
    symbols = np.zeros((longest, len(texts)), np.int64)
    for column, text in enumerate(texts):
        symbols[: len(text), column] = text
    table = net.embed @ net.cell.w_in.T + net.cell.b_in  # what each symbol brings: looked up, not multiplied anew
    layers = [_side_by_side(net.cell, (table[row] for row in symbols), symbols.T.shape)]
    for cell in net.above:
        below = layers[-1]["h"]
        layers.append(_side_by_side(cell, _brought(cell, below), symbols.T.shape))
    h, c = (layers[0][name] if not net.above else np.concatenate([one[name] for one in layers], 2) for name in "hc")
    return [(h[row, : len(text)], c[row, : len(text)]) for row, text in enumerate(texts)]


def _brought(cell: Cell, below: Array) -> Iterator[Array]:
    """What the states `below` [B, T, E] bring to every gate, step by step."""
    return (below[:, t] @ cell.w_in.T + cell.b_in for t in range(below.shape[1]))


def _side_by_side(cell: Cell, given: Iterable[Array], shape: tuple[int, int]) -> dict[str, Array]:
    """h and c [B, T, H] of one layer over B texts of T steps; `given` is what each step's input brings."""
    kept, zero = _room(cell, *shape, gates=False), _start(cell, shape[0], None)
    for t, now in enumerate(_steps(cell, given, zero, zero)):
        kept["h"][:, t], kept["c"][:, t] = now.h, now.c
    for values in kept.values():
        values.flags.writeable = False
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

    Torch tells the topmost layer's state after every step, and that of all layers after the last one.
    """
    import torch

    with torch.inference_mode():
        states, last = module.cell(module.embed(torch.from_numpy(symbols)[None]))
    top, end = states[0].numpy(), (last[0] if isinstance(last, tuple) else last)[:, 0].numpy()
    apart = np.abs(trace.h[:, -top.shape[1] :] - top).max(), np.abs(trace.h[-1] - end.ravel()).max()
    return float(max(apart))
