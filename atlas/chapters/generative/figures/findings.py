"""What was found about generators, in sentences made from results; another result gives another sentence."""

from __future__ import annotations

from collections import Counter

from atlas.chapters.generative.direction_report import DirectionReport
from atlas.chapters.generative.figures.codes import codes_figure
from atlas.chapters.generative.figures.directions import (
    ATTRIBUTE,
    best,
    direction_figure,
    direction_title,
    is_better,
    towards,
)
from atlas.chapters.generative.figures.figure import CHAPTER
from atlas.chapters.generative.figures.units import GREY, units_figure
from atlas.chapters.generative.methods import METHODS
from atlas.chapters.generative.places import generator_page
from atlas.chapters.generative.records import GenerativeChapter, GeneratorResults
from atlas.chapters.generative.sprite_study import Alignment
from atlas.publish.finding import Finding, Findings, finding
from atlas.publish.words import count, listed, number, percent

PART = "Generators"
CHANCE = 0.05  # of directions that have a larger effect than 95 % of random ones


def findings(results: GenerativeChapter) -> list[Findings]:
    """The findings of the chapter, a group for each generator."""
    return [
        Findings(PART, "All generators", CHAPTER, chapter_findings(results)),
        *(
            Findings(PART, one.spec.title, generator_page(one.spec.name), generator_findings(results, one))
            for one in results.generators
        ),
    ]


def chapter_findings(results: GenerativeChapter) -> list[Finding]:
    """How many directions of all generators are better than random ones, and the cleanest of them."""
    better = [(report, one) for one in results.generators for report in one.directions.directions if is_better(report)]
    total = sum(len(one.directions.directions) for one in results.generators)
    if not better:
        return []
    report, generator = max(better, key=lambda pair: abs(pair[0].effect) / (0.1 + pair[0].leakage))
    text = (
        f"{len(better)} of {count(total, 'direction')} of {count(len(results.generators), 'generator')} change an "
        f"attribute more than 95\u202f% of random directions do, where {percent(CHANCE)} would by chance. "
        f"{_cleanest(report)} in {generator.spec.title}."
    )
    return finding(text, direction_figure(results, generator, report))


def _cleanest(report: DirectionReport) -> str:
    return (
        f"{direction_title(report)} changes {ATTRIBUTE[report.target].title.lower()} ({towards(report)}) by "
        f"{number(abs(report.effect), 2)} standard deviations, and other attributes by {number(report.leakage, 2)} "
        "times that"
    )


def generator_findings(results: GenerativeChapter, generator: GeneratorResults) -> list[Finding]:
    """What was found about one generator: its directions, its codes, its units."""
    reports = best(generator.directions.directions, 1)
    shown = direction_figure(results, generator, (reports or list(generator.directions.directions))[0])
    codes = generator.codes
    return [
        *finding(directions(generator), shown),
        *(finding(alignment(codes.alignment), codes_figure(results, generator, codes.alignment)) if codes else []),
        *_units(results, generator),
    ]


def directions(generator: GeneratorResults) -> str:
    """How many directions change an attribute more than random ones, by method, and the cleanest of them."""
    study = generator.directions
    better = [report for report in study.directions if is_better(report)]
    total, by = len(study.directions), Counter(report.method for report in better)
    of = Counter(report.method for report in study.directions)
    shares = listed([f"{METHODS[name].title} {by[name]} of {amount}" for name, amount in of.items()])
    start = (
        f"{len(better)} of {count(total, 'direction')} change an attribute more than 95\u202f% of {study.chance.count} "
        f"random directions do, where {percent(CHANCE)} would by chance ({shares})."
    )
    clean = best(study.directions, 1)
    if not clean:
        return start
    return f"{start} {_cleanest(clean[0])}."


def alignment(found: Alignment) -> str:
    """Whether codes correspond to single known factors more than shuffled codes do."""
    verdict = "more" if found.mig > found.mig_null else "no more"
    return (
        f"The codes correspond to single factors {verdict} than shuffled codes do: mutual information gap "
        f"{number(found.mig, 2)} ({number(found.mig_null, 2)}), disentanglement {number(found.disentanglement, 2)} "
        f"({number(found.disentanglement_null, 2)}); 1 is perfect."
    )


def _units(results: GenerativeChapter, generator: GeneratorResults) -> list[Finding]:
    """Which unit of all dissected ones changes the images most when it is ablated."""
    found = [
        (float(found.ablated.max()), int(found.units[found.ablated.argmax()]), layer, float(found.ablated.mean()))
        for layer, found in generator.units.dissections.items()
        if len(found.units)
    ]
    if not found:
        return []
    most, unit, layer, mean = max(found)
    text = (
        f"Of the dissected units, unit {unit} of {layer} changes the images most when it is ablated: a pixel by "
        f"{number(GREY * most, 2)} of 255 grey levels on average, where the dissected units of its layer average "
        f"{number(GREY * mean, 2)}."
    )
    return finding(text, units_figure(results, generator, layer))
