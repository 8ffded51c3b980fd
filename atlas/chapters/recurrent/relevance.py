"""Layer-wise relevance propagation through a recurrent network, with an account of the whole score.

The rule of Arras et al. 2017: in a product of gate and signal the signal takes all; a sum shares its relevance by
contributions z_i / (z + e sign z), e = 1e-3. Nothing is redistributed: the relevance of biases, of the stabilizer e
and of the initial state is added up, so inputs + bias + stabilizer + initial = score (conservation).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.cell import RECTIFIED, Cell, Net
from atlas.chapters.recurrent.trace import Trace, cell_traces
from atlas.core.specs import Array

EPSILON = 1e-3


@dataclass(frozen=True)
class Account:
    """The relevance of all that the score of the last step rests on, in units of the score (nats for a logit)."""

    inputs: Array  # [T] relevance of each symbol read
    bias: float
    stabilizer: float
    initial: float  # of the state before the first symbol; 0 for the zero state
    score: float

    @property
    def absolute_sum(self) -> float:
        """The sum of all absolute relevances; where it is far above the score, they cancel."""
        return float(np.abs(self.inputs).sum() + abs(self.bias) + abs(self.stabilizer) + abs(self.initial))

    @property
    def residual(self) -> float:
        """The sum of all relevances minus the score: rounding only.

        It cannot be below the distance of neighbouring float64 numbers near the largest relevance: about 2e-16 of the
        absolute sum.
        """
        return float(self.inputs.sum() + self.bias + self.stabilizer + self.initial - self.score)


class Remainder:
    """The relevance of biases and of the stabilizer, added up on the way back."""

    def __init__(self, epsilon: float = EPSILON) -> None:
        self.epsilon, self.bias, self.stabilizer = epsilon, 0.0, 0.0

    def share(self, relevance: Array, total: Array) -> Array:
        """Relevance per unit of contribution to `total`; the stabilizer's part is added."""
        stabilizer = self.epsilon * np.where(total >= 0, 1.0, -1.0)
        per_unit = relevance / (total + stabilizer)
        self.stabilizer += float((stabilizer * per_unit).sum())
        return np.asarray(per_unit)

    def add(self, bias: Array, per_unit: Array) -> None:
        """Add the part of a bias."""
        self.bias += float((bias * per_unit).sum())


def propagate(
    net: Net,
    symbols: Array,
    direction: Array,
    *,
    h: Array | None = None,
    c: Array | None = None,
    epsilon: float = EPSILON,
) -> Account:
    """The account of `direction` [O] . outputs after reading `symbols` [T] from state (h, c), in float64."""
    net = net.astype(np.float64)
    layers = Reading.layers(net, symbols, h=h, c=c)
    last = np.concatenate([read.trace.h[-1] for read in layers])
    rest, initial = Remainder(epsilon), 0.0
    score = float(direction @ net.outputs(last))
    given: Array | None = None  # what the layer above gives to the states that it reads
    parts = net.by_cell(start(net, last, direction, rest))
    for cell, read, part in reversed(list(zip(net.cells, layers, parts, strict=True))):
        given, on_h, on_c = back_to_inputs(cell, read, part, rest, above=given)
        initial += float(on_h.sum() + on_c.sum())
    assert given is not None
    return Account(given.sum(1), rest.bias, rest.stabilizer, initial, score)


def start(net: Net, h: Array, direction: Array, rest: Remainder) -> Array:
    """[H] the relevance of each cell of the last state for direction . outputs."""
    score = direction @ net.outputs(h)
    per_unit = rest.share(np.array(score), np.array(score))
    rest.add(net.b_out * direction, per_unit)
    return np.asarray(h * (net.w_out.T @ direction) * per_unit)


@dataclass(frozen=True)
class Reading:
    """Inputs [T, E], what the cell did with them, and the states [T, H] before each step."""

    inputs: Array
    trace: Trace
    before_h: Array
    before_c: Array

    @classmethod
    def of(cls, net: Net, symbols: Array, *, h: Array | None = None, c: Array | None = None) -> Reading:
        """What `net`, of one layer, does with `symbols` [T] from state (h, c), by default zero."""
        [found] = cls.layers(net, symbols, h=h, c=c)
        return found

    @classmethod
    def layers(cls, net: Net, symbols: Array, *, h: Array | None = None, c: Array | None = None) -> list[Reading]:
        """What each layer of `net` does with `symbols` [T] from states (h, c) of all layers, by default zero."""
        inputs, found = net.embed[symbols], []
        first = [np.zeros(net.hidden) if given is None else np.asarray(given, np.float64) for given in (h, c)]
        traces = cell_traces(net, inputs, h=h, c=c)
        for trace, h0, c0 in zip(traces, *map(net.by_cell, first), strict=True):
            found.append(cls(inputs, trace, np.vstack([h0, trace.h[:-1]]), np.vstack([c0, trace.c[:-1]])))
            inputs = trace.h
        return found


def back(cell: Cell, read: Reading, on_h: Array, rest: Remainder) -> tuple[Array, Array, Array]:
    """The relevance of each input [T], and of the state and memory before the first one, each [H]."""
    given, on_h, on_c = back_to_inputs(cell, read, on_h, rest)
    return given.sum(1), on_h, on_c


def back_to_inputs(
    cell: Cell, read: Reading, on_h: Array, rest: Remainder, *, above: Array | None = None
) -> tuple[Array, Array, Array]:
    """Like `back`, with the relevance of every entry of the inputs [T, E]; `above`
    [T, H] is what a layer above gives to each state.
    """
    on_c, given = np.zeros(cell.hidden), np.zeros(read.inputs.shape)
    for t in range(len(given) - 1, -1, -1):
        at = _At(read.trace, t, read.inputs[t], read.before_h[t], read.before_c[t])
        whole = on_h if above is None else on_h + above[t]
        given[t], on_h, on_c = _BACK[cell.kind](cell, at, whole, on_c, rest)
    return given, on_h, on_c


class _At:
    """One step of a trace."""

    def __init__(self, trace: Trace, t: int, x: Array, h: Array, c: Array) -> None:
        self.x, self.before_h, self.before_c = x, h, c
        self.h, self.c = trace.h[t], trace.c[t]
        self.gates = {name: values[t] for name, values in trace.gates.items()}


def _proposal(cell: Cell, at: _At, relevance: Array, gate: Array, rest: Remainder) -> tuple[Array, Array]:
    """Through tanh(W x + b + gate (U h + b')): the relevance of x and of the state before."""
    rows = _candidate_rows(cell)
    w_in, w_rec, b_in, b_rec = cell.w_in[rows], cell.w_rec[rows], cell.b_in[rows], cell.b_rec[rows]
    per_unit = rest.share(relevance, w_in @ at.x + b_in + gate * (w_rec @ at.before_h + b_rec))
    rest.add(b_in + gate * b_rec, per_unit)
    return at.x * (w_in.T @ per_unit), at.before_h * (w_rec.T @ (gate * per_unit))


def _candidate_rows(cell: Cell) -> slice:
    block = {"LSTM": 2, "GRU": 2}.get(cell.kind, 0)
    return slice(block * cell.hidden, (block + 1) * cell.hidden)


def _lstm(cell: Cell, at: _At, on_h: Array, on_c: Array, rest: Remainder) -> tuple[Array, Array, Array]:
    per_unit = rest.share(on_c + on_h, at.c)
    kept = at.gates["forget"] * at.before_c * per_unit
    written = at.gates["input"] * at.gates["candidate"] * per_unit
    on_x, on_before = _proposal(cell, at, written, np.ones(cell.hidden), rest)
    return on_x, on_before, kept


def _gru(cell: Cell, at: _At, on_h: Array, on_c: Array, rest: Remainder) -> tuple[Array, Array, Array]:
    per_unit = rest.share(on_h, at.h)
    kept = at.gates["update"] * at.before_h * per_unit
    written = (1 - at.gates["update"]) * at.gates["candidate"] * per_unit
    on_x, on_before = _proposal(cell, at, written, at.gates["reset"], rest)
    return on_x, on_before + kept, on_c


def _rnn(cell: Cell, at: _At, on_h: Array, on_c: Array, rest: Remainder) -> tuple[Array, Array, Array]:
    on_x, on_before = _proposal(cell, at, on_h, np.ones(cell.hidden), rest)
    return on_x, on_before, on_c


_BACK = {"LSTM": _lstm, "GRU": _gru, "RNN": _rnn, RECTIFIED: _rnn}  # relevance passes a nonlinearity unchanged
