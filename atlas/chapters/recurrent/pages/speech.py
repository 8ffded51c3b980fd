"""The page of the speech detector: probability over time, best cell, context length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.figures.findings import findings_of
from atlas.chapters.recurrent.figures.speech import PAGE, memory_lines, speech_figures
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.records import chapter_of
from atlas.chapters.recurrent.sounds import SOUNDS
from atlas.chapters.recurrent.speech import SECONDS
from atlas.chapters.recurrent.speech_study import SoundProbability, SpeechStudy
from atlas.core.specs import Array
from atlas.publish.chart import chart
from atlas.publish.context import AtlasContext
from atlas.publish.page import Item, Page

WIDTH, HEIGHT = 240, 60


def pages(context: AtlasContext) -> Iterator[Item]:
    """The page, where the recipe has a network that reads sound."""
    network = chapter_of(context.results).speech
    if network is None:
        return
    study = network.speech
    values = {
        "findings": findings_of(chapter_of(context.results), PAGE),
        "figures": {figure.name: figure for figure in speech_figures(chapter_of(context.results))},
        "spec": network.spec,
        "best": study.best.cell,
        "rows": _rows(study),
        "onset": curve(study.onset),
        "voice": [round(WIDTH * place / len(study.onset), 1) for place in study.voice],
        "seconds": study.probability.shape[1] * SECONDS,
        "memory": chart(memory_lines(network), powers=True),
        "size": (WIDTH, HEIGHT),
    }
    yield Page(PAGE, "recurrent/speech.html", values)


@dataclass(frozen=True)
class SoundRow:
    """A sound, how it is made, and as polylines the probability of speech and the memory of the best cell over time."""

    sound: SoundProbability
    how: str
    probability: str
    memory: str


def _rows(study: SpeechStudy) -> list[SoundRow]:
    most = float(np.abs(study.cell).max())
    return [
        SoundRow(one, (SOUNDS[one.name].__doc__ or "").rstrip("."), curve(values), curve(cell / (2 * most) + 0.5))
        for one, values, cell in zip(study.sounds, study.probability, study.cell, strict=True)
    ]


def curve(values: Array) -> str:
    """The points of a polyline of values in [0, 1] over the width of a small plot."""
    xs = np.linspace(0, WIDTH, len(values))
    return " ".join(
        f"{x:.1f},{HEIGHT * (1 - y):.1f}" for x, y in zip(xs.tolist(), np.clip(values, 0, 1).tolist(), strict=True)
    )


PAGES.add("speech", pages)
