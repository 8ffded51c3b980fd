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
from atlas.publish.words import count, listed, number

PAGE = "recurrent/speech.html"


def speech_figures(results: RecurrentChapter) -> tuple[Figure, ...]:
    """Both figures of the page; none without a network that reads sound."""
    network = results.speech
    return () if network is None else (_detection(results, network), _memory(results, network))


def memory_lines(network: SpeechResults) -> list[Line]:
    """Area under the ROC curve, and mean probability in the voice, by context length in chunks."""
    rows = network.speech.memory
    chunks = tuple(float(row.chunks) for row in rows)
    return [
        Line("voice against other sounds (area)", chunks, tuple(row.area for row in rows)),
        Line("mean probability in the voice", chunks, tuple(row.voice for row in rows)),
    ]


def _figure(results: RecurrentChapter, network: SpeechResults, name: str, **words: str) -> Figure:
    probes = {
        "name": "synthetic sounds",
        "digest": hashlib.sha256(" ".join(SOUNDS).encode()).hexdigest(),
        "images": len(SOUNDS),
    }
    return reader_figure(results, network, name, kind="hearing", page=PAGE, probes=probes, **words)


def _detection(results: RecurrentChapter, network: SpeechResults) -> Figure:
    study, best = network.speech, network.speech.best
    voice = next(one for one in study.sounds if one.name == VOICE)
    highest = max((one for one in study.sounds if one.name != VOICE), key=lambda one: one.most)
    detected = sum(one > 0.5 for one in study.voices)
    return _figure(
        results,
        network,
        "hearing",
        title="Response to synthetic sounds",
        alt="Probability of speech over time for each sound",
        caption=(
            f"Probability of speech over {number(LENGTH, 2)} seconds of each synthetic sound. The synthetic voice "
            "(pulses of gliding pitch through the formants of changing vowels, with hisses, without words) reaches "
            f"{number(voice.most, 2)}, and more than 0.5 in {detected} of {len(study.voices)} further drawings; the "
            f"highest of the other sounds is {number(highest.most, 2)} ({highest.name}). Voice against the other "
            f"sounds, area under the ROC curve: {number(study.detector)} for the probability; {number(best.score)} for "
            f"the memory of cell {best.cell}, which was chosen on another drawing of the sounds (chance level, 95th "
            f"percentile of the best of all cells for shifted labels: {number(best.null_p95)})."
        ),
    )


def _memory(results: RecurrentChapter, network: SpeechResults) -> Figure:
    rows = network.speech.memory
    best = max(rows, key=lambda row: row.voice)
    probabilities = [f"{number(row.voice, 2)} with {count(row.chunks, 'chunk')}" for row in (rows[0], best, rows[-1])]
    return _figure(
        results,
        network,
        "remembering",
        title="Effective context length",
        alt="Probability of speech by context length",
        caption=(
            "The same sounds when the state was reset to zero a given number of chunks "
            f"({round(1000 * SECONDS)} ms each) earlier. Mean probability in the voice: {listed(probabilities)}."
        ),
    )
