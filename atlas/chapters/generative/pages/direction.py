"""The page of a latent direction: its report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from atlas.chapters.generative.direction_report import DirectionReport
from atlas.chapters.generative.direction_study import DirectionStudy
from atlas.chapters.generative.figures.directions import ATTRIBUTE, direction_title, is_better, towards
from atlas.chapters.generative.methods import METHODS
from atlas.chapters.generative.pages.edit_curves import edit_curves
from atlas.chapters.generative.places import direction_page, picture_file
from atlas.chapters.generative.records import GeneratorResults
from atlas.core.results import Figure
from atlas.publish.chart import Line, chart
from atlas.publish.page import Page

NEAREST = 3  # directions of other methods that are named
COUNTERPART = {"hyperplane": "conditional", "conditional": "hyperplane"}


def page(generator: GeneratorResults, report: DirectionReport, figure: Figure) -> Page:
    """The page of one direction."""
    spec, study = generator.spec, generator.directions
    strengths = tuple(report.strengths.tolist())
    curves = edit_curves(strengths, report.curve)
    context = {
        "spec": spec,
        "report": report,
        "study": study,
        "figure": figure,
        "file": picture_file(spec.name, report.name),
        "title": direction_title(report),
        "method": METHODS[report.method],
        "towards": towards(report),
        "attribute": ATTRIBUTE,
        "better": is_better(report),
        "strengths": strengths,
        "unit": "" if spec.numbers else " (σ)",
        "side": spec.size * (2 if spec.size < 64 else 1),
        "curves": curves,
        "identity": chart(_identity(study, report, strengths)),
        "attributes": [
            (ATTRIBUTE[study.attributes[index]], float(report.effects[index]), curves.lines[index])
            for index in _order(study.attributes, report)
        ],
        "nearest": _nearest(study, report),
        "counterpart": _counterpart(study, report),
    }
    return Page(direction_page(spec.name, report.name), "generative/direction.html", context)


def _order(names: Sequence[str], report: DirectionReport) -> list[int]:
    """The attributes' indices: the target first, then from the largest effect."""
    return sorted(range(len(names)), key=lambda index: (names[index] != report.target, -abs(report.effects[index])))


def _identity(study: DirectionStudy, report: DirectionReport, strengths: Sequence[float]) -> list[Line]:
    """Identity preservation of the direction, of random ones and of unrelated pairs."""
    ends, random = (strengths[0], 0.0, strengths[-1]), study.chance.identity
    return [
        Line("this direction", tuple(strengths), tuple(report.identities.tolist())),
        Line("random directions (mean)", ends, (random, 1.0, random)),
        Line("unrelated pairs", ends, (study.reading.unrelated,) * 3),
    ]


def _counterpart(study: DirectionStudy, report: DirectionReport) -> str | None:
    """The plain direction of a conditional one, and the other way round; None where there is none."""
    other = study.report(f"{COUNTERPART.get(report.method)}-{report.attribute}")
    return other.name if other else None


def _nearest(study: DirectionStudy, report: DirectionReport) -> list[tuple[str, str, float]]:
    """(title, name, |cosine|) of the nearest directions of other methods."""
    reports, paper = study.directions, METHODS[report.method].paper
    cosines = study.cosines[[one.name for one in reports].index(report.name)]
    order = np.argsort(-cosines, kind="stable").tolist()
    others = [index for index in order if METHODS[reports[index].method].paper != paper][:NEAREST]
    return [(direction_title(reports[index]), reports[index].name, float(cosines[index])) for index in others]
