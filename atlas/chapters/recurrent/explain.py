"""One decision by four attribution methods, with the conservation check of LRP and how faithful each method is."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.recurrent.attribution import (
    deletion_curves,
    gradient_x_input,
    incompleteness,
    integrated_gradients,
    occlusion,
)
from atlas.chapters.recurrent.cell import net_of
from atlas.chapters.recurrent.relevance import EPSILON, Account, propagate
from atlas.core.pack import stored
from atlas.core.specs import Array
from atlas.methods.attribution.deletion import deletion_areas

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

METHODS = ("lrp", "gradient", "integrated", "occlusion")


@dataclass(frozen=True, kw_only=True)
class Conservation:
    """The account of LRP, summed: inputs + bias + stabilizer + initial = score + residual; in units of the score."""

    inputs: float
    bias: float
    stabilizer: float
    initial: float
    score: float
    residual: float
    absolute_sum: float = stored("turnover")
    spacing: float = stored("digits")  # of float64 numbers near the absolute sum
    epsilon: float

    @classmethod
    def of(cls, account: Account, epsilon: float) -> Conservation:
        """That of `account`, which was made with `epsilon`."""
        return cls(
            inputs=float(account.inputs.sum()),
            bias=account.bias,
            stabilizer=account.stabilizer,
            initial=account.initial,
            score=account.score,
            residual=account.residual,
            absolute_sum=account.absolute_sum,
            spacing=float(np.spacing(account.absolute_sum)),
            epsilon=epsilon,
        )


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The relevance of T symbols for a score, by method.

    `curves` [P + 1] are the scores while symbols are removed, those most relevant by each method first, and in random
    order; `deletion` is the mean height of a method's curve minus that of random orders: lower is more faithful.
    """

    relevance: Mapping[str, Array] = stored("", only=METHODS)  # [T] by method
    curves: Mapping[str, Array] = stored("curve")
    conservation: Conservation = stored("ledger")
    incompleteness: float  # of integrated gradients, as a share of the score's change
    deletion: Mapping[str, float]


def explain(exact: Recurrent, symbols: Array, direction: Array, *, seed: int, epsilon: float = EPSILON) -> Explanation:
    """The relevance of `symbols` [T] for direction . outputs after the last one.

    `exact` is in double; integrated gradients and curves are in single precision, whose error is far below what they
    show.
    """
    single = deepcopy(exact).float()
    account = propagate(net_of(exact), symbols, direction, epsilon=epsilon)
    relevance = {
        "lrp": account.inputs,
        "gradient": gradient_x_input(exact, symbols, direction),
        "integrated": integrated_gradients(single, symbols, direction).astype(np.float64),
        "occlusion": occlusion(exact, symbols, direction),
    }
    curves = deletion_curves(single, symbols, direction, relevance, seed=seed)
    return Explanation(
        relevance=relevance,
        curves=curves,
        conservation=Conservation.of(account, epsilon),
        incompleteness=incompleteness(exact, symbols, direction, relevance["integrated"]),
        deletion=deletion_areas(curves),
    )
