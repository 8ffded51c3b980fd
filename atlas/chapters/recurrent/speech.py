"""The published speech detector of silero-vad: a short spectrum, four convolutions, one LSTM, one number every 32 ms.

The package is never imported; this is its network for 16 kHz, read from its file of weights. The order of work is that
of its `tinygrad_model.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.cell import Cell, sigmoid
from atlas.chapters.recurrent.trace import Trace, replay
from atlas.core.specs import Array

RATE = 16_000  # samples a second
CHUNK, CONTEXT, PAD = 512, 64, 64  # samples read at a time, those before them, and those mirrored after them
FFT, HOP = 256, 128
SECONDS = CHUNK / RATE


@dataclass(frozen=True)
class Detector:
    """The weights: `basis` [258, 256] turns samples into real and imaginary parts,
    `convolutions` are (weight, bias, stride).
    """

    basis: Array
    convolutions: tuple[tuple[Array, Array, int], ...]
    cell: Cell
    w_out: Array  # [H]
    b_out: float


def detector_of(state: Mapping[str, Array]) -> Detector:
    """The detector from its named arrays."""
    return Detector(
        state["stft_conv.weight"][:, 0],
        tuple(
            (state[f"conv{n}.weight"], state[f"conv{n}.bias"], stride) for n, stride in ((1, 1), (2, 2), (3, 2), (4, 1))
        ),
        Cell("LSTM", *(state[f"lstm_cell.{name}"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))),
        state["final_conv.weight"][0, :, 0],
        float(state["final_conv.bias"][0]),
    )


def chunks_of(sound: Array) -> Array:
    """[T, 640] the T chunks of a sound in [-1, 1], each with the samples before it and its end mirrored."""
    count = -(-len(sound) // CHUNK)
    whole = np.concatenate([np.zeros(CONTEXT), sound, np.zeros(count * CHUNK - len(sound))]).astype(np.float32)
    rows = np.stack([whole[at * CHUNK : at * CHUNK + CONTEXT + CHUNK] for at in range(count)])
    return np.concatenate([rows, rows[:, -2 : -PAD - 2 : -1]], 1)


def magnitudes(detector: Detector, chunks: Array) -> Array:
    """[T, 129, 4] the spectrum of each chunk's four windows."""
    starts = range(0, chunks.shape[1] - FFT + 1, HOP)
    parts = np.stack([chunks[:, at : at + FFT] @ detector.basis.T for at in starts], 2)
    half = parts.shape[1] // 2
    return np.asarray(np.sqrt(parts[:, :half] ** 2 + parts[:, half:] ** 2))


def features(detector: Detector, sound: Array) -> Array:
    """[T, 128] what the LSTM reads."""
    values = magnitudes(detector, chunks_of(sound))
    for weight, bias, stride in detector.convolutions:
        values = np.maximum(_convolve(values, weight, stride) + bias[:, None], 0)
    return values[:, :, 0]


def _convolve(values: Array, weight: Array, stride: int) -> Array:
    """[T, out, L] of values [T, in, L] with weight [out, in, 3], one zero on either side."""
    padded = np.pad(values, ((0, 0), (0, 0), (1, 1)))
    places = range(0, padded.shape[2] - 2, stride)
    flat = weight.reshape(len(weight), -1).T
    return np.stack([padded[:, :, at : at + 3].reshape(len(values), -1) @ flat for at in places], 2)


def listen(detector: Detector, sound: Array) -> tuple[Array, Trace]:
    """[T] the probability of speech after each chunk, and the LSTM's trace."""
    trace = replay(detector.cell, features(detector, sound))
    return sigmoid(np.maximum(trace.h, 0) @ detector.w_out + detector.b_out), trace
