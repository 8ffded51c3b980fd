"""Mean ablation: a cell is fixed at its mean while the network reads; the extra loss shows where the network needs it.

Fixed is the LSTM's memory c, or the state h of GRU and RNN. All cells are ablated on the same text, so that a cell can
be compared with others that are as active.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.recurrent.cell import RECTIFIED, Cell, Net
from atlas.core.specs import Array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

PEERS = 50
TOGETHER = 48  # cells ablated side by side: their states stay in the cache


@dataclass(frozen=True)
class Stretch:
    """A piece of text with the state before it: symbols [T + 1] (the last one is only predicted), h and c [H]."""

    symbols: Array
    h: Array
    c: Array


@dataclass(frozen=True)
class AblationEffect:
    """Extra loss (nats per character) when the cell is fixed at its mean, inside and outside its concept.

    `percentile` is the share of `peers` other cells of the most similar activity whose extra loss is less specific
    (inside minus outside is smaller).
    """

    inside: float
    outside: float
    percentile: float
    peers: int


def extra_losses(net: Net, stretches: Sequence[Stretch], means: Array, cells: Sequence[int]) -> Array:
    """[len(cells), S*T] float32: the extra loss of each next symbol with one cell fixed at its mean (`means` [H]).

    The S stretches must be equally long.
    """
    parts = [cells[first : first + TOGETHER] for first in range(0, len(cells), TOGETHER)]
    plain = _losses(net, stretches, means, ())
    return np.concatenate([_losses(net, stretches, means, part) - plain for part in parts]).reshape(len(cells), -1)


def _losses(net: Net, stretches: Sequence[Stretch], means: Array, cells: Sequence[int]) -> Array:
    """[R, S, T] nats: the loss of each next symbol with one of R cells ablated;
    without cells one row, of the intact network.
    """
    import torch

    rows, streams = max(1, len(cells)), len(stretches)
    symbols = torch.from_numpy(np.stack([stretch.symbols for stretch in stretches], 1))  # [T + 1, S]
    starts = (np.stack([getattr(stretch, name) for stretch in stretches]) for name in "hc")
    h, c = ([torch.from_numpy(part).repeat(rows, 1, 1) for part in net.by_cell(start)] for start in starts)
    layers, head = [_Weights.of(cell) for cell in net.cells], _Head.of(net)
    ablated = _ablated(net, means, cells)
    found = np.empty((rows, streams, len(symbols) - 1), np.float32)
    with torch.inference_mode():
        for t, (read, following) in enumerate(pairwise(symbols)):
            given = head.table[read]
            for layer, weights in enumerate(layers):
                if layer:
                    given = h[layer - 1] @ weights.w_in + weights.b_in
                before = h[layer].reshape(rows * streams, -1)
                kept = torch.addmm(weights.b_rec, before, weights.w_rec).view(rows, streams, -1)
                h[layer], c[layer] = _STEPS[net.cell.kind](given, kept, h[layer], c[layer], ablated[layer])
            logits = h[-1] @ head.w_out + head.b_out
            chosen = logits.gather(2, following.expand(rows, -1)[:, :, None])[:, :, 0]
            found[:, :, t] = (logits.logsumexp(2) - chosen).numpy()
    return found


@dataclass(frozen=True)
class _Weights:
    """One layer as tensors."""

    w_in: Tensor
    b_in: Tensor
    w_rec: Tensor
    b_rec: Tensor

    @classmethod
    def of(cls, cell: Cell) -> _Weights:
        """Those of `cell`."""
        return cls(*_tensors(cell.w_in.T, cell.b_in, cell.w_rec.T, cell.b_rec))


@dataclass(frozen=True)
class _Head:
    """Both ends of the network: `table` is what each symbol brings to the lowest layer's gates, W_in x + b_in."""

    table: Tensor
    w_out: Tensor
    b_out: Tensor

    @classmethod
    def of(cls, net: Net) -> _Head:
        """Those of `net`."""
        return cls(*_tensors(net.embed @ net.cell.w_in.T + net.cell.b_in, net.by_cell(net.w_out)[-1].T, net.b_out))


def _tensors(*arrays: Array) -> list[Tensor]:
    import torch

    return [torch.from_numpy(np.ascontiguousarray(array)) for array in arrays]


Ablated = tuple["Tensor", "Tensor", "Tensor"]  # rows with an ablated cell of a layer, its index there, its mean [R, 1]


def _ablated(net: Net, means: Array, cells: Sequence[int]) -> list[Ablated]:
    """For each layer the rows with one of its cells ablated: in row r it is cells[r]."""
    import torch

    layer, own = np.divmod(np.asarray(cells, np.int64), net.cell.hidden)
    mean = means.astype(np.float32)[np.asarray(cells, np.int64), None]
    found = [np.flatnonzero(layer == number) for number in range(len(net.cells))]
    return [(torch.from_numpy(rows), torch.from_numpy(own[rows]), torch.from_numpy(mean[rows])) for rows in found]


def _fix(values: Tensor, ablated: Ablated) -> None:
    rows, cells, mean = ablated
    if len(cells):
        values[rows, :, cells] = mean


def _lstm(given: Tensor, kept: Tensor, h: Tensor, c: Tensor, ablated: Ablated) -> tuple[Tensor, Tensor]:
    i, f, g, o = kept.add_(given).chunk(4, 2)
    c = c.mul_(f.sigmoid_()).addcmul_(i.sigmoid_(), g.tanh_())
    _fix(c, ablated)
    return c.tanh().mul_(o.sigmoid_()), c


def _gru(given: Tensor, kept: Tensor, h: Tensor, c: Tensor, ablated: Ablated) -> tuple[Tensor, Tensor]:
    size = h.shape[2]
    r, z = kept[:, :, : 2 * size].add_(given[..., : 2 * size]).sigmoid_().chunk(2, 2)
    n = kept[:, :, 2 * size :].mul_(r).add_(given[..., 2 * size :]).tanh_()
    h = h.sub_(n).mul_(z).add_(n)
    _fix(h, ablated)
    return h, h


def _rnn(given: Tensor, kept: Tensor, h: Tensor, c: Tensor, ablated: Ablated) -> tuple[Tensor, Tensor]:
    h = kept.add_(given).tanh_()
    _fix(h, ablated)
    return h, h


def _rectified(given: Tensor, kept: Tensor, h: Tensor, c: Tensor, ablated: Ablated) -> tuple[Tensor, Tensor]:
    h = kept.add_(given).relu_()
    _fix(h, ablated)
    return h, h


_STEPS = {"LSTM": _lstm, "GRU": _gru, "RNN": _rnn, RECTIFIED: _rectified}


def peers_of(activity: Array, cell: int, count: int = PEERS) -> Array:
    """The other cells whose activity (deviations [H]) is most like that of `cell`."""
    others = np.argsort(np.abs(np.log(activity + 1e-9) - np.log(activity[cell] + 1e-9)), kind="stable")
    return np.asarray(others[others != cell][:count])


def ablation_effect(extra: Array, inside: Array, *, cell: int, activity: Array, peers: int = PEERS) -> AblationEffect:
    """The effect for `cell` from the cells' extra losses [H, T], the concept [T] (bool) and activity [H] (deviations).

    Only the rows of `cell` and of its `peers_of` are looked at.
    """
    specific = extra[:, inside].mean(1) - extra[:, ~inside].mean(1)
    others = peers_of(activity, cell, peers)
    return AblationEffect(
        inside=float(extra[cell, inside].mean()),
        outside=float(extra[cell, ~inside].mean()),
        percentile=float((specific[others] < specific[cell]).mean()),
        peers=len(others),
    )
