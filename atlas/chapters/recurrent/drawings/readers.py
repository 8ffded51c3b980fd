"""What the plates of the spelling network and of the speech detector show."""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.chapters.recurrent.figures import speech as hearing
from atlas.chapters.recurrent.figures import spelling
from atlas.chapters.recurrent.records import chapter_of
from atlas.chapters.recurrent.sounds import VOICE
from atlas.chapters.recurrent.speech import SECONDS
from atlas.core.results import AtlasResults, Figure
from atlas.publish.drawing import ACCENT, DRAWINGS, QUIET, SECOND, Drawing


def draw_spelling(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """The relevance of the first word's letters for its sounds."""
    network = chapter_of(results).readers[spelling.READS]
    word = network.facts["spellings"]["words"][0]
    values = network.arrays["spellings"][f"{word['word']}/lrp"]
    most = float(np.abs(values).max())
    axes.imshow(values, cmap="PuOr_r", vmin=-most, vmax=most, aspect="auto")
    axes.set_xticks(range(values.shape[1]), [*word["word"], "end"])
    axes.set_yticks(range(len(values)), word["sounds"])


def draw_hearing(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """Probability over time, or by memory."""
    network = chapter_of(results).readers[hearing.READS]
    if figure.id.endswith("/remembering"):
        for colour, line in zip((ACCENT, SECOND), hearing.memory_lines(network), strict=True):
            axes.plot(line.x, line.y, "o-", ms=3, lw=1, color=colour, label=line.name)
        axes.set_xscale("log", base=2)
        axes.set_xlabel("chunks heard")
    else:
        for one, values in zip(network.facts["sounds"]["sounds"], network.arrays["sounds"]["probability"], strict=True):
            voice = one["name"] == VOICE
            axes.plot(
                np.arange(len(values)) * SECONDS, values, lw=1, color=SECOND if voice else QUIET, label=one["name"]
            )
        axes.set_xlabel("seconds")
        axes.set_ylabel("probability of speech")
    axes.legend(fontsize=6)


DRAWINGS.add("spelling", Drawing(lambda results, figure: 3.2, draw_spelling, indent=0.5))
DRAWINGS.add("hearing", Drawing(lambda results, figure: 3.2, draw_hearing, indent=0.5))
