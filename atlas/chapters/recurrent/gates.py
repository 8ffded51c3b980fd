"""How often gates are closed or open, and how long cells remember."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from atlas.core.specs import Array

CLOSED, OPEN = 0.1, 0.9
LAGS = 200
KEEPING = {"LSTM": "forget", "GRU": "update"}
"""The gate that keeps the memory of a cell."""


def saturation(gates: Mapping[str, Array]) -> dict[str, tuple[Array, Array]]:
    """For each gate in (0, 1), [T, H]: the share of time below 0.1 and above 0.9, each [H] (Karpathy et al. 2015)."""
    return {
        name: ((values < CLOSED).mean(0), (values > OPEN).mean(0))
        for name, values in gates.items()
        if name != "candidate"
    }


def memory_length(values: Array, *, lags: int = LAGS) -> Array:
    """[H] steps until a cell's autocorrelation over `values` [T, H] falls below 1/e; `lags` where it does not.

    A constant cell remembers nothing: 0.
    """
    centred = values - values.mean(0)
    size = 2 ** int(np.ceil(np.log2(2 * len(values))))
    spectrum = np.abs(np.fft.rfft(centred, size, axis=0)) ** 2
    correlation = np.fft.irfft(spectrum, size, axis=0)[: lags + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = correlation / correlation[0]
    below = correlation < np.exp(-1)
    return np.where(np.ptp(values, axis=0) == 0, 0, np.where(below.any(0), below.argmax(0), lags))


def keeping_time(gate: Array) -> Array:
    """[H] steps after which a memory kept by `gate` [T, H] has faded to 1/e: -1 / mean log gate."""
    return np.asarray(-1 / np.minimum(np.log(np.clip(gate, 1e-6, 1)).mean(0), -1e-9))


def rank_correlation(a: Array, b: Array) -> float:
    """Spearman's correlation of two lists of numbers."""
    from scipy.stats import spearmanr

    return float(spearmanr(a, b).statistic)
