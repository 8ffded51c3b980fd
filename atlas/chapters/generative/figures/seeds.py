"""The figure of all InfoGANs together: what their codes came to mean over training, and how much of that is the seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from atlas.chapters.generative.records import GenerativeChapter, GeneratorResults
from atlas.core.results import Figure
from atlas.publish.chart import Line
from atlas.publish.provenance import CREDIT, LICENCE, chapter_provenance
from atlas.publish.words import count, listed, number, percent

MEASURES = ("mig", "disentanglement", "completeness")


def seeds_of(results: GenerativeChapter) -> list[GeneratorResults]:
    """The InfoGANs of the recipe."""
    return [generator for generator in results.generators if "codes" in generator.facts]


def spread_of(seeds: Sequence[GeneratorResults]) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation over the seeds of every measure of alignment; nothing for one seed."""
    names = [f"{name}{null}" for name in MEASURES for null in ("", "_null")]
    table = {name: [one.facts["codes"][name] for one in seeds] for name in names}
    return {name: (float(np.mean(row)), float(np.std(row, ddof=1))) for name, row in table.items() if len(row) > 1}


def training_lines(seeds: Sequence[GeneratorResults]) -> list[Line]:
    """Two lines a seed over the steps of its training: bound and alignment, as shares of what could be reached."""
    lines = []
    for generator in seeds:
        rows, seed = _card(generator)["curve"], _card(generator)["recipe"]["seed"]
        steps, most = tuple(float(row["step"]) for row in rows), np.log(len(generator.spec.choices))
        reached = tuple(max(0.0, row["bound_choice"] / most) for row in rows)
        lines.append(Line(f"bound of the choice, seed {seed}", steps, reached))
        lines.append(Line(f"mutual information gap, seed {seed}", steps, tuple(row["mig"] for row in rows)))
    return lines


def seeds_figure(results: GenerativeChapter, seeds: Sequence[GeneratorResults]) -> Figure:
    """Bound and alignment over training, in one plot for all seeds."""
    names = listed([generator.spec.title for generator in seeds])
    return Figure(
        id="generative/seeds",
        kind="generative-seeds",
        title="Bound and alignment over training",
        caption=_caption(seeds),
        alt=f"Bound of the choice and mutual information gap over the steps of training, for {names}",
        page="generative/index.html#seeds",
        files=(),
        licence=LICENCE,
        attribution=f"{CREDIT} ({LICENCE})",
        provenance={"networks": [chapter_provenance(results.atlas, one.spec, one.keys) for one in seeds]},
    )


def _caption(seeds: Sequence[GeneratorResults]) -> str:
    lines, card = training_lines(seeds), _card(seeds[0])
    bounds = [line.y[-1] for line in lines[::2]]
    measured = [
        f"{title} {listed([number(one.facts['codes'][name]) for one in seeds])} (shuffled codes {listed([number(one.facts['codes'][f'{name}_null']) for one in seeds])})"
        for name, title in zip(MEASURES, ("mutual information gap", "disentanglement", "completeness"), strict=True)
    ]
    return (
        f"Over {count(int(lines[0].x[-1]), 'step')} of training, for {count(len(seeds), 'seed')}: the lower bound of the mutual information of choice and picture "
        f"(Chen et al. 2016), as a share of the choice's entropy, ends at {listed([percent(bound) for bound in bounds])}; the mutual information gap of "
        f"codes read from real sprites is the other line. From step {card['recipe']['steps']:,} on a critic of its own teaches the generator edges. "
        f"As measured here: {'; '.join(measured)}."
    )


def _card(generator: GeneratorResults) -> Mapping[str, Any]:
    assert generator.card is not None  # only networks that this package trained have codes to read
    return generator.card
