"""The page of the speech detector: probability over time, cell, memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from atlas.chapters.recurrent.figures.speech import PAGE, READS, hearing_figures, memory_lines
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.records import chapter_of
from atlas.chapters.recurrent.sounds import SOUNDS
from atlas.chapters.recurrent.speech import SECONDS
from atlas.core.specs import Array
from atlas.publish.chart import chart
from atlas.publish.context import AtlasContext
from atlas.publish.page import Item, Page

WIDTH, HEIGHT = 240, 60


def pages(desk: AtlasContext) -> Iterator[Item]:
    """The page, where the recipe has a network that hears."""
    network = chapter_of(desk.results).readers.get(READS)
    if network is None:
        return
    arrays, facts = network.arrays["sounds"], network.facts["sounds"]
    most = float(np.abs(arrays["cell"]).max())
    context = {
        "figures": {figure.name: figure for figure in hearing_figures(chapter_of(desk.results))},
        "spec": network.spec,
        "facts": facts,
        "rows": [
            {**told, "how": (SOUNDS[told["name"]].__doc__ or "").rstrip("."), "line": curve(values), "cell": curve(cell / (2 * most) + 0.5)}
            for told, values, cell in zip(facts["sounds"], arrays["probability"], arrays["cell"], strict=True)
        ],
        "onset": curve(arrays["onset"]),
        "voice": [round(WIDTH * place / len(arrays["onset"]), 1) for place in facts["voice"]],
        "seconds": len(arrays["probability"][0]) * SECONDS,
        "memory": chart(memory_lines(network), powers=True),
        "size": (WIDTH, HEIGHT),
    }  # fmt: skip
    yield Page(PAGE, "recurrent/speech.html", context)


def curve(values: Array) -> str:
    """The points of a polyline of values in [0, 1] over the width of a small plot."""
    xs = np.linspace(0, WIDTH, len(values))
    return " ".join(
        f"{x:.1f},{HEIGHT * (1 - y):.1f}" for x, y in zip(xs.tolist(), np.clip(values, 0, 1).tolist(), strict=True)
    )


PAGES.add("speech", pages)
