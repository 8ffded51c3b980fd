"""The exported figures of the spelling network and of the speech detector."""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.chapters.recurrent.figures.speech import memory_lines
from atlas.chapters.recurrent.records import chapter_of
from atlas.chapters.recurrent.sounds import VOICE
from atlas.chapters.recurrent.speech import SECONDS
from atlas.core.results import AtlasResults, Figure
from atlas.publish.drawing import ACCENT, DRAWINGS, QUIET, SECOND, Drawing


def draw_spelling(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """The relevance of the first word's letters for its sounds."""
    network = chapter_of(results).spelling
    assert network is not None
    word = network.spellings.words[0]
    values = word.relevance["lrp"]
    most = float(np.abs(values).max())
    axes.imshow(values, cmap="PuOr_r", vmin=-most, vmax=most, aspect="auto")
    axes.set_xticks(range(values.shape[1]), [*word.word, "end"])
    axes.set_yticks(range(len(values)), word.sounds)


def draw_speech(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """Probability over time, or by context length."""
    network = chapter_of(results).speech
    assert network is not None
    if figure.id.endswith("/remembering"):
        for colour, line in zip((ACCENT, SECOND), memory_lines(network), strict=True):
            axes.plot(line.x, line.y, "o-", ms=3, lw=1, color=colour, label=line.name)
        axes.set_xscale("log", base=2)
        axes.set_xlabel("context, chunks")
    else:
        for one, values in zip(network.speech.sounds, network.speech.probability, strict=True):
            colour = SECOND if one.name == VOICE else QUIET
            axes.plot(np.arange(len(values)) * SECONDS, values, lw=1, color=colour, label=one.name)
        axes.set_xlabel("seconds")
        axes.set_ylabel("probability of speech")
    axes.legend(fontsize=6)


DRAWINGS.add("spelling", Drawing(lambda results, figure: 3.2, draw_spelling, indent=0.5))
DRAWINGS.add("hearing", Drawing(lambda results, figure: 3.2, draw_speech, indent=0.5))
