"""Synthetic sounds: silence, noise, tones, clicks, and a source-filter voice that resembles speech but has no words.

Each is float64 at 16 kHz, scaled to a root mean square of 0.05 where it sounds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from atlas.chapters.recurrent.speech import RATE
from atlas.core.specs import Array

FORMANTS = {
    "a": (730, 1090, 2440),
    "i": (270, 2290, 3010),
    "u": (300, 870, 2240),
    "e": (530, 1840, 2480),
    "o": (570, 840, 2410),
}
"""Hz, men's averages of Peterson and Barney 1952."""
WIDTHS = (80, 90, 120)  # Hz of the resonances
SYLLABLE = 0.22  # seconds


def silence(seconds: float, rng: np.random.Generator) -> Array:
    """Noise in the last bit of 16-bit sound only."""
    return rng.uniform(-1, 1, _count(seconds)) / 32768


def noise(seconds: float, rng: np.random.Generator) -> Array:
    """White noise."""
    return rng.normal(size=_count(seconds))


def tone(seconds: float, rng: np.random.Generator) -> Array:
    """A sine of 440 Hz."""
    return np.sin(2 * np.pi * 440 * _times(seconds) + rng.uniform(0, 6))


def chord(seconds: float, rng: np.random.Generator) -> Array:
    """Three harmonic tones, swelling four times a second."""
    times = _times(seconds)
    parts = sum(
        np.sin(2 * np.pi * base * k * times + rng.uniform(0, 6)) / k for base in (220, 277, 330) for k in range(1, 6)
    )
    return np.asarray(parts) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * times))


def sweep(seconds: float, rng: np.random.Generator) -> Array:
    """A sine from 100 to 4,000 Hz."""
    times = _times(seconds)
    return np.sin(2 * np.pi * (100 * times + (4000 - 100) * times**2 / (2 * seconds)) + rng.uniform(0, 6))


def clicks(seconds: float, rng: np.random.Generator) -> Array:
    """Four short bursts a second."""
    found = np.zeros(_count(seconds))
    for start in range(0, len(found) - 80, RATE // 4):
        found[start : start + 80] = rng.normal(size=80)
    return found


def buzz(seconds: float, rng: np.random.Generator) -> Array:
    """The source of the voice alone: pulses at a constant 120 Hz."""
    return pulses(np.full(_count(seconds), 120.0))


def voice(seconds: float, rng: np.random.Generator) -> Array:
    """Syllables of a vowel after a hiss: pulses of gliding pitch through the formants of changing vowels."""
    syllables = [_syllable(rng) for _ in range(int(np.ceil(seconds / SYLLABLE)))]
    return np.concatenate(syllables)[: _count(seconds)]


SOUNDS: dict[str, Callable[[float, np.random.Generator], Array]] = {
    "silence": silence,
    "white noise": noise,
    "tone": tone,
    "chord": chord,
    "sweep": sweep,
    "clicks": clicks,
    "buzz": buzz,
    "synthetic voice": voice,
}
VOICE = "synthetic voice"


def make(name: str, seconds: float, rng: np.random.Generator) -> Array:
    """The sound at its level; silence stays as it is."""
    found = SOUNDS[name](seconds, rng)
    return found if name == "silence" else found * 0.05 / np.sqrt(np.mean(found**2))


def pulses(pitch: Array) -> Array:
    """One pulse a period of `pitch` [N] Hz, falling off by 12 dB an octave as a voice's source does."""
    from scipy.signal import lfilter

    phase = np.cumsum(pitch) / RATE
    train = np.diff(np.floor(phase), prepend=0.0)
    return np.asarray(lfilter([1.0], [1.0, -1.8, 0.81], train - train.mean()))


def _syllable(rng: np.random.Generator) -> Array:
    from scipy.signal import lfilter

    count = _count(SYLLABLE)
    pitch = np.linspace(rng.uniform(110, 150), rng.uniform(95, 130), count)
    vowel = pulses(pitch)
    formants = FORMANTS[str(rng.choice(list(FORMANTS)))]
    for centre, width in zip(formants, WIDTHS, strict=True):
        radius = np.exp(-np.pi * width / RATE)
        vowel = lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * centre / RATE), radius**2], vowel)
    vowel = vowel / np.abs(vowel).max() * np.sin(np.pi * np.linspace(0.05, 0.95, count)) ** 0.7
    hiss = np.diff(rng.normal(size=count + 1)) * np.exp(-(((np.arange(count) / RATE - 0.03) / 0.015) ** 2))
    return np.asarray(vowel + 0.06 * hiss)


def _count(seconds: float) -> int:
    return round(seconds * RATE)


def _times(seconds: float) -> Array:
    return np.arange(_count(seconds)) / RATE
