"""Sentences of what was found about generators: another result gives another sentence."""

from dataclasses import replace

import pytest

from atlas.chapters.generative.figures import findings
from atlas.chapters.generative.records import chapter_of
from tests.fixtures.results import make_results


@pytest.fixture(scope="module")
def chapter():
    return chapter_of(make_results())


def with_percentile(generator, percentiles):
    study = generator.directions
    reports = tuple(
        replace(report, percentile=percentile)
        for report, percentile in zip(study.directions, percentiles, strict=False)
    )
    return replace(generator, directions=replace(study, directions=reports))


def test_directions_above_chance_are_counted(chapter):
    generator = chapter.generators[0]
    total = len(generator.directions.directions)
    none = findings.directions(with_percentile(generator, [0.5] * total))
    one = findings.directions(with_percentile(generator, [0.99] + [0.5] * (total - 1)))
    assert none.startswith(f"0 of {total} directions change") and "standard deviations" not in none
    assert one.startswith(f"1 of {total} directions change") and "standard deviations" in one
    assert "5\u202f% would by chance" in none


def test_the_chapter_sums_its_generators(chapter):
    some = tuple(with_percentile(one, [1.0] * len(one.directions.directions)) for one in chapter.generators)
    total = sum(len(one.directions.directions) for one in some)
    assert f"{total} of {total} directions of" in findings.chapter_findings(replace(chapter, generators=some))[0].text
    lost = tuple(with_percentile(one, [0.1] * len(one.directions.directions)) for one in chapter.generators)
    assert findings.chapter_findings(replace(chapter, generators=lost)) == []


@pytest.mark.parametrize(("mig", "said"), [(0.6, "factors more than"), (0.01, "factors no more than")])
def test_codes_beside_shuffled_ones(chapter, mig, said):
    alignment = next(one.codes.alignment for one in chapter.generators if one.codes)
    assert said in findings.alignment(replace(alignment, mig=mig, mig_null=0.05))


def test_every_generator_has_findings_with_a_figure_of_its_own(chapter):
    for one in chapter.generators:
        found = findings.generator_findings(chapter, one)
        assert found and all(finding.figure.id.startswith(f"generative/{one.spec.name}/") for finding in found)
