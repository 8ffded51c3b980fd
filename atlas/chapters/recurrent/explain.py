"""One decision by four methods side by side, with LRP's ledger and how faithful each method is."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.chapters.recurrent.attribution import (
    deletion_areas,
    deletion_curves,
    gradient_x_input,
    incompleteness,
    integrated_gradients,
    occlusion,
)
from atlas.chapters.recurrent.cell import net_of
from atlas.chapters.recurrent.relevance import EPSILON, propagate
from atlas.core.specs import Array

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent


def explain(
    exact: Recurrent, symbols: Array, direction: Array, *, seed: int, epsilon: float = EPSILON
) -> tuple[dict[str, Array], dict[str, Any]]:
    """Relevances [T] of the symbols for direction . outputs at the end, by method, with `curve/…` [P + 1] of each, and the facts.

    `exact` is in double; integrated gradients and curves are in single precision, whose error is far below what they show.
    """
    single = deepcopy(exact).float()
    ledger = propagate(net_of(exact), symbols, direction, epsilon=epsilon)
    given = {
        "lrp": ledger.inputs,
        "gradient": gradient_x_input(exact, symbols, direction),
        "integrated": integrated_gradients(single, symbols, direction).astype(np.float64),
        "occlusion": occlusion(exact, symbols, direction),
    }
    curves = deletion_curves(single, symbols, direction, given, seed=seed)
    facts = {
        "ledger": {
            "inputs": float(ledger.inputs.sum()), "bias": ledger.bias, "stabilizer": ledger.stabilizer,
            "initial": ledger.initial, "score": ledger.score, "residual": ledger.residual, "turnover": ledger.turnover,
            "digits": float(np.spacing(ledger.turnover)), "epsilon": epsilon,
        },
        "incompleteness": incompleteness(exact, symbols, direction, given["integrated"]),
        "deletion": deletion_areas(curves),
    }  # fmt: skip
    return given | {f"curve/{name}": values for name, values in curves.items()}, facts
