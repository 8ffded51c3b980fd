"""The figures of a generator's directions: each direction, and how all of them lie to one another."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from atlas.chapters.generative.attributes import ATTRIBUTES, Attribute
from atlas.chapters.generative.direction_report import DirectionReport
from atlas.chapters.generative.direction_study import DirectionStudy
from atlas.chapters.generative.figures.figure import generator_figure
from atlas.chapters.generative.methods import METHODS
from atlas.chapters.generative.places import direction_page, picture_file
from atlas.chapters.generative.records import GenerativeChapter, GeneratorResults
from atlas.core.results import Figure
from atlas.core.specs import Array
from atlas.publish.words import count, listed, number, percent

ATTRIBUTE: Mapping[str, Attribute] = {attribute.name: attribute for attribute in ATTRIBUTES}


def direction_title(report: DirectionReport) -> str:
    """`SeFa 0`, `InterFaceGAN: head turn`."""
    title = METHODS[report.method].title
    if report.attribute:
        return f"{title}: {ATTRIBUTE[report.attribute].title.lower()}"
    return f"{title} {report.index}"


def direction_label(report: DirectionReport) -> str:
    """`SeFa 0`, `InterFaceGAN`: the method, and the index where the target does not name it already."""
    return METHODS[report.method].title if report.attribute else direction_title(report)


def towards(report: DirectionReport) -> str:
    """What the target becomes along the direction, in words."""
    attribute = ATTRIBUTE[report.target]
    return attribute.high if report.effect > 0 else attribute.low


def is_better(report: DirectionReport) -> bool:
    """Whether its effect is larger than that of nineteen of twenty random directions."""
    return report.percentile >= 0.95


def best(reports: Sequence[DirectionReport], number: int = 5) -> list[DirectionReport]:
    """The directions worth showing first: better than chance, no target twice; each method's best before its second.

    The best has the largest effect in shares of what leaks.
    """
    ranked = sorted(reports, key=lambda report: -abs(report.effect) / (0.1 + report.leakage))
    better = [report for report in ranked if is_better(report)]
    chosen: list[DirectionReport] = []
    while len(chosen) < number:
        shown = {report.target for report in chosen}
        fresh = [report for report in better if report.target not in shown]
        if not fresh:
            break
        turns = Counter(report.method for report in chosen)
        chosen.append(min(fresh, key=lambda report: turns[report.method]))  # min keeps the ranking among equals
    return chosen


def direction_figure(results: GenerativeChapter, generator: GeneratorResults, report: DirectionReport) -> Figure:
    """The strip of one direction, with its report in words."""
    spec = generator.spec
    return generator_figure(
        results,
        generator,
        name=report.name,
        title=f"Direction {direction_title(report)}",
        caption=_caption(generator, report),
        alt=f"Three rows of {spec.subject} that change along {direction_title(report)}",
        page=f"{direction_page(spec.name, report.name)}#strip",
        file=picture_file(spec.name, report.name),
    )


def _caption(generator: GeneratorResults, report: DirectionReport) -> str:
    study = generator.directions
    leak = number(report.leakage, 2) if math.isfinite(report.leakage) else "everything"
    return (
        f"From −{report.span:g} to +{report.span:g} along the direction, for the {study.shown} latent vectors whose "
        f"pictures are the most ordinary. {ATTRIBUTE[report.target].title}: {towards(report)}, "
        f"{number(abs(report.effect), 2)} standard deviations from end to end, {_chance(report, study.chance)}; "
        f"strictly monotone for {percent(report.monotone)} of {count(study.edited, 'latent vector')}; "
        f"mean effect on the other attributes {leak} of the target's; what else is read from the picture keeps a cosine "
        f"of {number(report.identity, 2)} at the ends (random directions {number(study.chance_identity, 2)}, "
        f"unrelated pictures {number(study.unrelated, 2)})."
    )


def _chance(report: DirectionReport, random: int) -> str:
    share = "all" if report.percentile == 1 else f"{percent(report.percentile)} of"
    verdict = "" if is_better(report) else ", so no better than chance"
    return f"more than {share} {random} random directions{verdict}"


def rescoring_figure(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    """The effect of every InterFaceGAN direction on every attribute, plain and conditional."""
    kept = [share for share in target_kept(generator.directions) if share is not None]
    study = generator.directions
    span = f"{study.directions[0].span:g}"
    return generator_figure(
        results,
        generator,
        name="rescoring",
        title="Re-scoring matrix",
        caption=f"Effect of each InterFaceGAN direction (row) on each attribute (column), in standard deviations from "
        f"dose −{span} to +{span}: raw, and conditional, where each direction is freed of its part along all the others. "
        f"Conditioning keeps {percent(float(np.mean(kept)))} of the effect on the target on average, from "
        f"{percent(min(kept))} to {percent(max(kept))}; the mean effect on the other attributes falls from "
        f"{number(others_moved(study.plain), 2)} to {number(others_moved(study.conditional), 2)}.",
        alt="Two tables of effects, directions by attributes",
    )


def target_kept(study: DirectionStudy) -> list[float | None]:
    """[A] the effect of each conditional direction on its target in shares of the plain one's; None where that has none."""
    pairs = zip(study.plain.diagonal().tolist(), study.conditional.diagonal().tolist(), strict=True)
    return [conditional / plain if plain else None for plain, conditional in pairs]


def others_moved(table: Array) -> float:
    """Mean |effect| off the diagonal of a re-scoring matrix [A, A], in standard deviations."""
    size = np.abs(table)
    return float((size.sum() - size.trace()) / max(1, size.size - len(size)))


def agreement_figure(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    """|cosine| of all pairs of directions."""
    return generator_figure(
        results,
        generator,
        name="agreement",
        title="Agreement of methods",
        caption=f"|cosine| between every two directions. Two random directions of {generator.spec.free} dimensions have "
        f"{number(generator.directions.expected_cosine, 2)} on average.",
        alt="Matrix of cosines between directions",
    )


REPEATED = {"sefa": "SeFa: outputs of the first step drawn again", "ganspace": "GANSpace: samples drawn again"}
"""Of the methods with bootstrap repeats: what is drawn again."""


def stability_figure(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    """Spectrum and bootstrap stability of the methods that rank their directions."""
    study = generator.directions
    ranges = [
        f"{METHODS[name].title} {number(min(values), 2)} to {number(max(values), 2)}"
        for name, values in study.stability.items()
    ]
    return generator_figure(
        results,
        generator,
        name="stability",
        title="Spectrum and stability",
        caption="Share of the method's own spectrum that each direction holds, and the mean |cosine| with its best match "
        f"in {study.repeats} bootstrap repeats ({'; '.join(REPEATED[name] for name in study.stability)}): "
        f"{listed(ranges)}.",
        alt="Table of spectrum and stability by direction",
    )
