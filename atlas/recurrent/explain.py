"""One decision by four methods side by side, with LRP's ledger and how faithful each method is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.recurrent.attribute import deletion_areas, gradient_x_input, incompleteness, integrated_gradients, occlusion
from atlas.recurrent.cell import net_of
from atlas.recurrent.relevance import propagate
from atlas.types import Array

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent


def explain(
    exact: Recurrent, symbols: Array, direction: Array, *, seed: int
) -> tuple[dict[str, Array], dict[str, Any]]:
    """Relevances [T] of the symbols for direction . outputs at the end, by method, and the facts; `exact` is in double."""
    ledger = propagate(net_of(exact), symbols, direction)
    given = {
        "lrp": ledger.inputs,
        "gradient": gradient_x_input(exact, symbols, direction),
        "integrated": integrated_gradients(exact, symbols, direction),
        "occlusion": occlusion(exact, symbols, direction),
    }
    facts = {
        "ledger": {
            "inputs": float(ledger.inputs.sum()), "bias": ledger.bias, "stabilizer": ledger.stabilizer,
            "initial": ledger.initial, "score": ledger.score, "residual": ledger.residual, "turnover": ledger.turnover,
            "digits": float(np.spacing(ledger.turnover)),
        },
        "incompleteness": incompleteness(exact, symbols, direction, given["integrated"]),
        "deletion": deletion_areas(exact, symbols, direction, given, seed=seed),
    }  # fmt: skip
    return given, facts
