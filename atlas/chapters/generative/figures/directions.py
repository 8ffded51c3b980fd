"""The figures of a generator's directions: each direction, and how they relate to one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from atlas.chapters.generative.attributes import ATTRIBUTES, Attribute
from atlas.chapters.generative.direction_report import DirectionReport
from atlas.chapters.generative.direction_study import Rescoring
from atlas.chapters.generative.figures.figure import generator_figure
from atlas.chapters.generative.methods import METHODS
from atlas.chapters.generative.places import direction_page, picture_file
from atlas.chapters.generative.records import GenerativeChapter, GeneratorResults
from atlas.core.results import Figure
from atlas.core.specs import Array, GeneratorSpec
from atlas.publish.format import THIN
from atlas.publish.words import MINUS, count, listed, number, percent

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
    return (
        f"Edit strengths from {strength(generator.spec, -report.span)} to {strength(generator.spec, report.span)} "
        f"along the direction, for the {study.shown} latent vectors whose images are closest to the mean of all "
        f"attributes. {ATTRIBUTE[report.target].title} ({towards(report)}): effect of "
        f"{number(abs(report.effect), 2)} standard deviations from end to end, {_chance(report, study.chance.count)}; "
        f"strictly monotone for {percent(report.monotone)} of {count(study.edited, 'latent vector')}; mean "
        f"entangled effect on the other attributes {number(report.leakage, 2)} times the target's; identity "
        f"preservation at the ends {number(report.identity, 2)} (cosine; random directions "
        f"{number(study.chance.identity, 2)}, unrelated pairs {number(study.reading.unrelated, 2)})."
    )


def strength(spec: GeneratorSpec, value: float) -> str:
    """An edit strength in words: +3 σ; a plain number where codes have no standard deviation of 1."""
    return f"{MINUS if value < 0 else '+'}{abs(value):g}{'' if spec.numbers else THIN + 'σ'}"


def _chance(report: DirectionReport, random: int) -> str:
    share = "all" if report.percentile == 1 else f"{percent(report.percentile)} of"
    verdict = "" if is_better(report) else ", hence not above chance"
    return f"larger than that of {share} {random} random directions{verdict}"


def rescoring_figure(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    """The effect of every InterFaceGAN direction on every attribute, plain and conditional."""
    spec, study = generator.spec, generator.directions
    kept = [share for share in target_kept(study.rescoring) if share is not None]
    span = study.directions[0].span
    return generator_figure(
        results,
        generator,
        name="rescoring",
        title="Re-scoring matrix",
        caption="Effect of each InterFaceGAN direction (row) on each attribute (column), in standard deviations, "
        f"from edit strength {strength(spec, -span)} to {strength(spec, span)}: plain, and conditional, where each "
        f"direction is made orthogonal to all the others. Conditioning keeps {percent(float(np.mean(kept)))} of the "
        f"effect on the target on average (from {percent(min(kept))} to {percent(max(kept))}); the mean entangled "
        f"effect on the other attributes is {number(others_moved(study.rescoring.plain), 2)} without and "
        f"{number(others_moved(study.rescoring.conditional), 2)} with it.",
        alt="Two tables of effects, directions by attributes",
    )


def target_kept(matrices: Rescoring) -> list[float | None]:
    """[A] effect of each conditional direction on its target in shares of the plain one's; None where that has none."""
    pairs = zip(matrices.plain.diagonal().tolist(), matrices.conditional.diagonal().tolist(), strict=True)
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
        caption="|cosine| between each pair of directions. The mean of random pairs in "
        f"{generator.spec.free} dimensions is {number(generator.directions.chance.expected_cosine, 2)}.",
        alt="Matrix of |cosines| between directions",
    )


def stability_figure(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    """Spectrum and bootstrap stability of the methods that rank their directions."""
    study = generator.directions
    resampled = [f"{METHODS[name].title}: {METHODS[name].resampled} resampled" for name in study.stability]
    ranges = [
        f"{METHODS[name].title} {number(min(values), 2)} to {number(max(values), 2)}"
        for name, values in study.stability.items()
    ]
    return generator_figure(
        results,
        generator,
        name="stability",
        title="Spectrum and stability",
        caption="Share of the method's own spectrum by direction, and the mean |cosine| of each direction with its "
        f"best match in {study.repeats} bootstrap repeats ({'; '.join(resampled)}): {listed(ranges)}.",
        alt="Plots of spectrum and stability by direction",
    )
