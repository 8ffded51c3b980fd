"""Recurrent layers in numpy, one step at a time, with every gate in the open: LSTM, GRU, RNN as torch defines them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array
from atlas.networks.recurrent import WAYS

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

RECTIFIED = "ReLU"  # the kind of a plain RNN with max(0, x) in place of tanh
GATES = {
    "LSTM": ("input", "forget", "candidate", "output"),
    "GRU": ("reset", "update", "candidate"),
    "RNN": (),
    RECTIFIED: (),
}
"""The gates of each kind in the order of torch's weights; all in (0, 1) but the candidate, which is in (-1, 1)."""


@dataclass(frozen=True)
class Cell:
    """The weights of one layer of H cells over inputs of E numbers; G blocks of H
    rows in the order of GATES (RNN: one).

    A step computes W_in x + b_in and W_rec h + b_rec; the GRU's reset gate acts on the second one.

    """

    kind: str
    w_in: Array  # [G*H, E]
    w_rec: Array  # [G*H, H]
    b_in: Array  # [G*H]
    b_rec: Array  # [G*H]

    @property
    def hidden(self) -> int:
        """H, the number of cells."""
        return int(self.w_rec.shape[1])

    def astype(self, dtype: type) -> Cell:
        """The same cell in another precision."""
        return replace(self, **{f.name: getattr(self, f.name).astype(dtype) for f in fields(self) if f.name != "kind"})


@dataclass(frozen=True)
class Net:
    """A cell with the embedding before it, those above and beside it, if any, and
    the head after them; an encoder has no outputs (O = 0).

    With two `directions` every layer has a cell that reads forwards and one that reads from the end, in this order; the
    layer above reads the states of both. The states of a net are those of all its cells, side by side, the lowest layer
    first; the head reads the topmost layer, so `w_out` is zero for the others.
    """

    embed: Array  # [V, E]
    cell: Cell
    w_out: Array  # [O, H]
    b_out: Array  # [O]
    above: tuple[Cell, ...] = ()
    directions: int = 1

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All of them, the lowest layer first; all are equally wide."""
        return self.cell, *self.above

    @property
    def layers(self) -> tuple[tuple[Cell, ...], ...]:
        """The cells of each layer: one for each direction."""
        return tuple(zip(*[iter(self.cells)] * self.directions, strict=True))

    @property
    def hidden(self) -> int:
        """H, the cells of all layers."""
        return self.cell.hidden * len(self.cells)

    @property
    def predicts(self) -> bool:
        """Does a head say something about the next symbol? An encoder has none."""
        return len(self.b_out) > 0

    def by_cell(self, states: Array) -> list[Array]:
        """The part of states [..., H] that belongs to each of `cells`."""
        return np.split(states, len(self.cells), axis=-1)

    def between(self, states: Array) -> Array:
        """[N, H] of states [N, H] what a symbol would meet that is read after each
        place: cells that read from the end come from behind it.
        """
        parts = self.by_cell(states)
        for number in range(1, len(parts), 2) if self.directions == 2 else ():
            parts[number] = np.concatenate([parts[number][1:], np.zeros_like(parts[number][:1])])
        return beside(parts)

    def astype(self, dtype: type) -> Net:
        """The same network in another precision."""
        cell, *above = (cell.astype(dtype) for cell in self.cells)
        arrays = {name: getattr(self, name).astype(dtype) for name in ("embed", "w_out", "b_out")}
        return replace(self, cell=cell, above=tuple(above), **arrays)

    def outputs(self, states: Array) -> Array:
        """[..., O] outputs (logits) of states [..., H]."""
        return np.asarray(states @ self.w_out.T + self.b_out)


def net_of(module: Recurrent) -> Net:
    """The weights of a torch network as arrays (float32)."""
    state = {name: value.detach().numpy() for name, value in module.state_dict().items()}
    kind = RECTIFIED if getattr(module.cell, "nonlinearity", "") == "relu" else type(module.cell).__name__
    names, ways = ("weight_ih", "weight_hh", "bias_ih", "bias_hh"), WAYS[: module.directions]
    cell, *above = (
        Cell(kind, *(state[f"cell.{name}_l{layer}{way}"] for name in names))
        for layer in range(module.cell.num_layers)
        for way in ways
    )
    embed, hidden = state["embed.weight"], cell.hidden * (1 + len(above))
    none = np.zeros((0, hidden), embed.dtype)  # of an encoder
    head: Array = state.get("head.weight", none)
    unread = np.zeros((len(head), hidden - head.shape[1]), head.dtype)  # the head reads the topmost layer only
    w_out = np.concatenate([unread, head], 1) if above else head
    return Net(embed, cell, w_out, state.get("head.bias", none[:, 0]), tuple(above), module.directions)


def beside(parts: Sequence[Array]) -> Array:
    """States of several cells side by side, in one table."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts, -1)


@dataclass(frozen=True)
class Step:
    """What one step leaves: the state h, the memory c (LSTM only, else h itself) and the gates, each [..., H]."""

    h: Array
    c: Array
    gates: Mapping[str, Array]


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)))


def step(cell: Cell, x: Array, h: Array, c: Array) -> Step:
    """One step from state (h, c) [..., H] with input x [..., E]."""
    return gated(cell.kind, x @ cell.w_in.T + cell.b_in, h @ cell.w_rec.T + cell.b_rec, h, c)


def gated(kind: str, given: Array, kept: Array, h: Array, c: Array) -> Step:
    """The step once what input and state bring to every gate is known: W_in x +
    b_in and W_rec h + b_rec, each [..., G*H].
    """
    return _STEPS[kind](given, kept, h, c)


def _lstm(given: Array, kept: Array, h: Array, c: Array) -> Step:
    i, f, g, o = np.split(given + kept, 4, axis=-1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    memory = f * c + i * g
    return Step(o * np.tanh(memory), memory, {"input": i, "forget": f, "candidate": g, "output": o})


def _gru(given: Array, kept: Array, h: Array, c: Array) -> Step:
    (r, z, n), (r_kept, z_kept, n_kept) = np.split(given, 3, axis=-1), np.split(kept, 3, axis=-1)
    r, z = sigmoid(r + r_kept), sigmoid(z + z_kept)
    n = np.tanh(n + r * n_kept)
    state = (1 - z) * n + z * h
    return Step(state, state, {"reset": r, "update": z, "candidate": n})


def _rnn(given: Array, kept: Array, h: Array, c: Array) -> Step:
    state = np.tanh(given + kept)
    return Step(state, state, {})


def _rectified(given: Array, kept: Array, h: Array, c: Array) -> Step:
    state = np.maximum(given + kept, 0)
    return Step(state, state, {})


_STEPS: dict[str, Callable[[Array, Array, Array, Array], Step]] = {
    "LSTM": _lstm,
    "GRU": _gru,
    "RNN": _rnn,
    RECTIFIED: _rectified,
}
