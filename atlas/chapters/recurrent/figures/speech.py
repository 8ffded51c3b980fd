"""The figures of the speech detector."""

from __future__ import annotations

import hashlib

from atlas.chapters.recurrent.figures.network import reader_figure
from atlas.chapters.recurrent.records import RecurrentChapter, SpeechResults
from atlas.chapters.recurrent.sounds import SOUNDS, VOICE
from atlas.chapters.recurrent.speech import SECONDS
from atlas.chapters.recurrent.speech_study import LENGTH
from atlas.core.results import Figure
from atlas.publish.chart import Line
from atlas.publish.words import listed, number

PAGE = "recurrent/speech.html"


def speech_figures(results: RecurrentChapter) -> tuple[Figure, ...]:
    """Both figures of the page; none without a network that reads sound."""
    network = results.speech
    return () if network is None else (_detection(results, network), _memory(results, network))


def memory_lines(network: SpeechResults) -> list[Line]:
    """Area under the ROC curve, and mean probability in the voice, by the number of chunks heard."""
    rows = network.speech.memory
    chunks = tuple(float(row.chunks) for row in rows)
    return [
        Line("voice against all else (area)", chunks, tuple(row.area for row in rows)),
        Line("mean probability in the voice", chunks, tuple(row.voice for row in rows)),
    ]


def _figure(results: RecurrentChapter, network: SpeechResults, name: str, **words: str) -> Figure:
    probes = {
        "name": "sounds made by formula",
        "digest": hashlib.sha256(" ".join(SOUNDS).encode()).hexdigest(),
        "images": len(SOUNDS),
    }
    return reader_figure(results, network, name, kind="hearing", page=PAGE, probes=probes, **words)


def _detection(results: RecurrentChapter, network: SpeechResults) -> Figure:
    study, best = network.speech, network.speech.best
    voice = next(one for one in study.sounds if one.name == VOICE)
    highest = max((one for one in study.sounds if one.name != VOICE), key=lambda one: one.most)
    return _figure(
        results, network, "hearing", title="What it takes for speech",
        caption=f"The probability of speech while {number(LENGTH, 2)} seconds of each sound are heard, all made by formula. The synthetic voice (pulses of "
        f"gliding pitch through the formants of changing vowels, with hisses) reaches {number(voice.most, 2)} (above one half in {sum(one > 0.5 for one in study.voices)} of {len(study.voices)} further drawings); the highest that any other sound "
        f"reaches is {number(highest.most, 2)} ({highest.name}). Area under the ROC curve of the probability, voice against the rest: "
        f"{number(study.detector)}; of the memory of cell {best.cell}, chosen on another drawing of the sounds: {number(best.score)} (best of all "
        f"cells for shifted labels, 95th percentile: {number(best.null_p95)}).",
        alt="Probability of speech over time by sound",
    )  # fmt: skip


def _memory(results: RecurrentChapter, network: SpeechResults) -> Figure:
    rows = network.speech.memory
    best = max(rows, key=lambda row: row.voice)
    told = listed([f"{number(row.voice, 2)} with {row.chunks}" for row in (rows[0], best, rows[-1])])
    return _figure(
        results, network, "remembering", title="How much it remembers",
        caption=f"The same sounds when the state was zero so many chunks of {round(1000 * SECONDS)} milliseconds earlier. The mean probability in the "
        f"voice is {told}.",
        alt="Probability by length of memory",
    )  # fmt: skip
