"""The figure of all InfoGANs together: information bound and alignment over training, and their spread over seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from atlas.chapters.generative.records import GenerativeChapter, GeneratorCard, GeneratorResults
from atlas.chapters.generative.sprite_study import Alignment
from atlas.core.results import Figure
from atlas.publish.chart import Line
from atlas.publish.provenance import CREDIT, LICENCE, chapter_provenance
from atlas.publish.words import count, listed, number, percent

MEASURES = ("mutual information gap", "disentanglement", "completeness")


def seeds_of(results: GenerativeChapter) -> list[GeneratorResults]:
    """The InfoGANs of the recipe."""
    return [generator for generator in results.generators if generator.codes]


def scores(alignment: Alignment) -> tuple[tuple[float, float], ...]:
    """Of each measure its value and that of shuffled codes, in the order of MEASURES."""
    return (
        (alignment.mig, alignment.mig_null),
        (alignment.disentanglement, alignment.disentanglement_null),
        (alignment.completeness, alignment.completeness_null),
    )


def spread_of(alignments: Sequence[Alignment]) -> list[tuple[float, float]]:
    """(mean, standard deviation) over seeds of each measure and, in turn, of its value for shuffled codes.

    Empty for one seed.
    """
    if len(alignments) < 2:
        return []
    columns = zip(*(np.ravel(scores(one)).tolist() for one in alignments), strict=True)
    return [(float(np.mean(column)), float(np.std(column, ddof=1))) for column in columns]


def alignments_of(seeds: Sequence[GeneratorResults]) -> list[Alignment]:
    """The alignment of each InfoGAN's codes."""
    return [generator.codes.alignment for generator in seeds if generator.codes]


def training_lines(seeds: Sequence[GeneratorResults]) -> list[Line]:
    """Two lines a seed over the steps of its training: information bound and gap, as shares of their maximum."""
    lines = []
    for generator in seeds:
        card, most = _card(generator), np.log(len(generator.spec.choices))
        steps = tuple(float(point.step) for point in card.curve)
        reached = tuple(max(0.0, point.bound_choice / most) for point in card.curve)
        lines.append(Line(f"information bound, seed {card.seed}", steps, reached))
        gaps = tuple(point.mig for point in card.curve)
        lines.append(Line(f"mutual information gap, seed {card.seed}", steps, gaps))
    return lines


def seeds_figure(results: GenerativeChapter, seeds: Sequence[GeneratorResults]) -> Figure:
    """Bound and alignment over training, in one plot for all seeds."""
    names = listed([generator.spec.title for generator in seeds])
    return Figure(
        id="generative/seeds",
        kind="generative-seeds",
        title="Information bound and alignment over training",
        caption=_caption(seeds),
        alt=f"Plot of information bound and mutual information gap over the training steps of {names}",
        page="generative/index.html#seeds",
        files=(),
        licence=LICENCE,
        attribution=f"{CREDIT} ({LICENCE})",
        provenance={"networks": [chapter_provenance(results.atlas, one.spec, one.keys) for one in seeds]},
    )


def _caption(seeds: Sequence[GeneratorResults]) -> str:
    lines, card = training_lines(seeds), _card(seeds[0])
    bounds = [line.y[-1] for line in lines[::2]]
    columns = zip(*(scores(one) for one in alignments_of(seeds)), strict=True)
    measured = [
        f"{title} {listed([number(value) for value, _ in column])} "
        f"(shuffled codes {listed([number(null) for _, null in column])})"
        for title, column in zip(MEASURES, columns, strict=True)
    ]
    return (
        f"{count(int(lines[0].x[-1]), 'training step')}, {count(len(seeds), 'seed')}. The lower bound of the mutual "
        "information between categorical code and image (Chen et al. 2016) ends at "
        f"{listed([percent(bound) for bound in bounds])} of the code's entropy. The other line is the mutual "
        "information gap of codes read from real sprites. Adversarial fine-tuning with a separate critic starts at "
        f"step {card.steps:,}. Measured here: {'; '.join(measured)}."
    )


def _card(generator: GeneratorResults) -> GeneratorCard:
    assert generator.card is not None  # only networks that this package trained have codes to read
    return generator.card
