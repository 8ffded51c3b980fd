"""What the speech detector hears in sounds that are known exactly, which cell tells a voice, and how much memory that takes."""

from __future__ import annotations

from typing import Any

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


def study_speech(detector: Detector, *, seed: int) -> tuple[dict[str, Array], dict[str, Any]]:
    """Arrays `probability` [S, T] by sound, `onset` [T] for a voice between silences, `cell` [S, T] the best cell's memory.

    The best cell for the voice is chosen on one drawing of the sounds and judged on another.
    """
    a, b = (
        {name: make(name, LENGTH, np.random.default_rng([seed, half, row])) for row, name in enumerate(SOUNDS)}
        for half in (0, 1)
    )
    heard_a, heard_b = ({name: listen(detector, sound) for name, sound in half.items()} for half in (a, b))
    memory_a, memory_b = (np.concatenate([trace.c for _, trace in half.values()]) for half in (heard_a, heard_b))
    label = np.repeat([float(name == VOICE) for name in SOUNDS], [len(p) for p, _ in heard_b.values()])
    chosen = scores(ranks(memory_a), label, graded=False)
    cell = int(np.argmax(strength(chosen)))
    own = float(scores(ranks(memory_b[:, [cell]]), label, graded=False)[0])
    null = null_scores(ranks(memory_b), label, graded=False, seed=seed)
    framed = np.concatenate(
        [
            make("silence", QUIET, np.random.default_rng([seed, 2])),
            b[VOICE],
            make("silence", QUIET, np.random.default_rng([seed, 3])),
        ]
    )
    onset, _ = listen(detector, framed)
    arrays = {
        "probability": np.stack([p for p, _ in heard_b.values()]), "onset": onset, "cell": np.stack([t.c[:, cell] for _, t in heard_b.values()]),
    }  # fmt: skip
    first, end = (round(seconds * RATE / CHUNK) for seconds in (QUIET, QUIET + LENGTH))
    return arrays, {
        "sounds": [{"name": name, "mean": float(p.mean()), "most": float(p.max())} for name, (p, _) in heard_b.items()],
        "best": {"cell": cell, "sign": 1 if chosen[cell] >= 0.5 else -1, "score": max(own, 1 - own) if (own >= 0.5) == (chosen[cell] >= 0.5) else min(own, 1 - own),
                 "null_p95": float(np.quantile(null, 0.95))},
        "detector": float(scores(ranks(arrays["probability"].reshape(-1, 1)), label, graded=False)[0]),
        "voice": [first, end],
        "voices": [float(listen(detector, make(VOICE, LENGTH, np.random.default_rng([seed, 4, n])))[0].max()) for n in range(VOICES)],
        "memory": _memory(detector, b, label),
    }  # fmt: skip


def _memory(detector: Detector, sounds: dict[str, Array], label: Array) -> list[dict[str, float]]:
    """Area under the ROC curve of the probability when only the last so many chunks were heard."""
    heard = [features(detector, sound) for sound in sounds.values()]
    rows = []
    for count in MEMORIES:
        probability = np.concatenate([truncated(detector, values, count) for values in heard])
        rows.append({"chunks": count, "area": float(scores(ranks(probability[:, None]), label, graded=False)[0]),
                     "voice": float(probability[label > 0].mean())})  # fmt: skip
    return rows


def truncated(detector: Detector, heard: Array, count: int) -> Array:
    """[T] the probability after each chunk of features `heard` [T, E] when the state was zero `count` chunks earlier."""
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
