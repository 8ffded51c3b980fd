"""The causal check: hold a cell at its mean while the network reads, and see where that costs it.

What is held is the LSTM's memory c, or the state h of GRU and RNN. All cells are tried on the same text, so that each
claim can be compared with cells that are as active but were not claimed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.types import Array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from atlas.recurrent.cell import Net

PEERS = 50


@dataclass(frozen=True)
class Stretch:
    """A piece of text with the state before it: symbols [T + 1] (the last one is only predicted), h and c [H]."""

    symbols: Array
    h: Array
    c: Array


@dataclass(frozen=True)
class CausalFinding:
    """Extra loss (nats a character) when the cell is held, inside and outside its concept.

    `percentile` is the share of `peers` other cells of the most similar activity whose extra loss is less specific
    (inside minus outside is smaller).
    """

    inside: float
    outside: float
    percentile: float
    peers: int


def extra_losses(net: Net, stretches: Sequence[Stretch], means: Array, cells: Sequence[int]) -> Array:
    """[len(cells), S*T] float32: how much more each next symbol costs with one cell held at its mean (`means` [H]).

    The S stretches must be equally long.
    """
    import torch

    rows, streams, size = len(cells), len(stretches), net.cell.hidden
    symbols = np.stack([stretch.symbols for stretch in stretches])
    h, c = (torch.from_numpy(np.stack([getattr(s, name) for s in stretches])).repeat(rows + 1, 1) for name in "hc")
    held = torch.zeros(rows + 1, 1, size, dtype=torch.bool)  # the last row holds nothing: the network as it is
    held[torch.arange(rows), 0, torch.tensor(cells)] = True
    held = held.expand(-1, streams, -1).reshape(-1, size)
    mean = torch.from_numpy(means.astype(np.float32)).expand_as(held)
    embed = torch.from_numpy(net.embed)
    found = np.empty((rows, streams, symbols.shape[1] - 1), np.float32)
    with torch.inference_mode():
        for t in range(symbols.shape[1] - 1):
            x = embed[symbols[:, t]].repeat(rows + 1, 1)
            h, c = _held_step(net, x, h, c, held, mean)
            target = torch.from_numpy(symbols[:, t + 1]).repeat(rows + 1)
            lost = _losses(net, h, target).reshape(rows + 1, streams)
            found[:, :, t] = (lost[:-1] - lost[-1]).numpy()
    return found.reshape(rows, -1)


def _held_step(net: Net, x: Tensor, h: Tensor, c: Tensor, held: Tensor, mean: Tensor) -> tuple[Tensor, Tensor]:
    import torch

    weights = [torch.from_numpy(getattr(net.cell, name)) for name in ("w_in", "w_rec", "b_in", "b_rec")]
    if net.cell.kind != "LSTM":
        step = torch.gru_cell if net.cell.kind == "GRU" else torch.rnn_tanh_cell
        h = torch.where(held, mean, step(x, h, *weights))
        return h, h
    i, f, g, o = (x @ weights[0].T + h @ weights[1].T + weights[2] + weights[3]).chunk(4, 1)
    c = torch.where(held, mean, f.sigmoid() * c + i.sigmoid() * g.tanh())
    return o.sigmoid() * c.tanh(), c


def _losses(net: Net, h: Tensor, target: Tensor) -> Tensor:
    import torch
    from torch.nn import functional as F

    logits = torch.addmm(torch.from_numpy(net.b_out), h, torch.from_numpy(net.w_out).T)
    return F.cross_entropy(logits, target, reduction="none")


def causal(extra: Array, inside: Array, *, cell: int, activity: Array, peers: int = PEERS) -> CausalFinding:
    """The finding for `cell` from all cells' extra losses [H, T], the concept [T] (bool) and activity [H] (deviations)."""
    specific = extra[:, inside].mean(1) - extra[:, ~inside].mean(1)
    others = np.argsort(np.abs(np.log(activity + 1e-9) - np.log(activity[cell] + 1e-9)), kind="stable")
    others = others[others != cell][:peers]
    return CausalFinding(
        inside=float(extra[cell, inside].mean()),
        outside=float(extra[cell, ~inside].mean()),
        percentile=float((specific[others] < specific[cell]).mean()),
        peers=len(others),
    )
