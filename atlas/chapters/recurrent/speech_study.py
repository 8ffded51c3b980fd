"""The speech detector on synthetic sounds: its probability, the cell that best
separates a voice, and the memory it needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.cell import Cell, sigmoid, step
from atlas.chapters.recurrent.cells import null_scores
from atlas.chapters.recurrent.score import ranks, scores, strength
from atlas.chapters.recurrent.sounds import SOUNDS, VOICE, make
from atlas.chapters.recurrent.speech import CHUNK, RATE, Detector, features, listen
from atlas.core.specs import Array

LENGTH = 3.0  # seconds of each sound
QUIET = 1.0  # seconds of silence before and after the voice
VOICES = 10  # further drawings of the voice
MEMORIES = (1, 2, 4, 8, 16, 32, 64)  # chunks


@dataclass(frozen=True)
class SoundProbability:
    """A sound of SOUNDS with the mean and the largest probability of speech in it."""

    name: str
    mean: float
    most: float


@dataclass(frozen=True)
class VoiceCell:
    """The cell whose memory separates the voice from the other sounds best; chosen
    on one drawing, judged on another.
    """

    cell: int
    sign: int  # 1: high in the voice
    score: float  # area under the ROC curve
    null_p95: float  # of the best cell for shifted labels


@dataclass(frozen=True)
class MemoryEffect:
    """The probability when the state was zero `chunks` earlier: area under the ROC curve, and the mean in the voice."""

    chunks: int
    area: float
    voice: float


@dataclass(frozen=True)
class SpeechStudy:
    """The speech detector on S sounds of T chunks."""

    probability: Array  # [S, T] of speech, after each chunk
    onset: Array  # the same for a voice between silences
    cell: Array  # [S, T] the memory of the best cell
    sounds: tuple[SoundProbability, ...]
    best: VoiceCell
    detector: float  # area under the ROC curve of the probability
    voice: tuple[int, int]  # the chunks of `onset` that contain the voice
    voices: tuple[float, ...]  # largest probability in further drawings of the voice
    memory: tuple[MemoryEffect, ...]


def study_speech(detector: Detector, *, seed: int) -> SpeechStudy:
    """The probability of speech, the best cell and the memory needed, on two drawings of SOUNDS."""
    a, b = (
        {name: make(name, LENGTH, np.random.default_rng([seed, half, row])) for row, name in enumerate(SOUNDS)}
        for half in (0, 1)
    )
    heard_a, heard_b = ({name: listen(detector, sound) for name, sound in half.items()} for half in (a, b))
    memory_a, memory_b = (np.concatenate([trace.c for _, trace in half.values()]) for half in (heard_a, heard_b))
    probability = np.stack([p for p, _ in heard_b.values()])
    label = np.repeat([float(name == VOICE) for name in SOUNDS], [len(p) for p in probability])
    best = _best(memory_a, memory_b, label, seed=seed)
    before, after = (make("silence", QUIET, np.random.default_rng([seed, row])) for row in (2, 3))
    onset, _ = listen(detector, np.concatenate([before, b[VOICE], after]))
    further = (make(VOICE, LENGTH, np.random.default_rng([seed, 4, row])) for row in range(VOICES))
    return SpeechStudy(
        probability=probability,
        onset=onset,
        cell=np.stack([trace.c[:, best.cell] for _, trace in heard_b.values()]),
        sounds=tuple(SoundProbability(name, float(p.mean()), float(p.max())) for name, (p, _) in heard_b.items()),
        best=best,
        detector=float(scores(ranks(probability.reshape(-1, 1)), label, graded=False)[0]),
        voice=(round(QUIET * RATE / CHUNK), round((QUIET + LENGTH) * RATE / CHUNK)),
        voices=tuple(float(listen(detector, sound)[0].max()) for sound in further),
        memory=tuple(_memory(detector, b, label)),
    )


def _best(memory_a: Array, memory_b: Array, label: Array, *, seed: int) -> VoiceCell:
    """The best of H cells for `label` [N], chosen by `memory_a` [N, H] and judged by `memory_b`."""
    chosen = scores(ranks(memory_a), label, graded=False)
    cell = int(np.argmax(strength(chosen)))
    high = bool(chosen[cell] >= 0.5)
    own = float(scores(ranks(memory_b[:, [cell]]), label, graded=False)[0])
    null = null_scores(ranks(memory_b), label, graded=False, seed=seed)
    return VoiceCell(cell, 1 if high else -1, own if high else 1 - own, float(np.quantile(null, 0.95)))


def _memory(detector: Detector, sounds: Mapping[str, Array], label: Array) -> list[MemoryEffect]:
    """The probability when only the last so many chunks were heard."""
    heard = [features(detector, sound) for sound in sounds.values()]
    rows = []
    for count in MEMORIES:
        probability = np.concatenate([truncated(detector, values, count) for values in heard])
        area = float(scores(ranks(probability[:, None]), label, graded=False)[0])
        rows.append(MemoryEffect(count, area, float(probability[label > 0].mean())))
    return rows


def truncated(detector: Detector, heard: Array, count: int) -> Array:
    """[T] the probability after each chunk of features `heard` [T, E] when the
    state was zero `count` chunks earlier.
    """
    h = last_states(detector.cell, heard, count)
    return sigmoid(np.maximum(h, 0) @ detector.w_out + detector.b_out)


def last_states(cell: Cell, heard: Array, count: int) -> Array:
    """[T, H] the state after each step, having read at most the last `count` of [T, E] from zero."""
    steps = np.arange(len(heard))
    h, c = (np.zeros((len(heard), cell.hidden), heard.dtype) for _ in "hc")
    for back in range(min(count, len(heard)) - 1, -1, -1):
        there = steps >= back
        now = step(cell, heard[steps[there] - back], h[there], c[there])
        h[there], c[there] = now.h, now.c
    return h
