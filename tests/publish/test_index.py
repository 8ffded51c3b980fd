"""The index entries of cells and directions: all that beat chance and nothing else."""

from dataclasses import replace

import numpy as np

from atlas.chapters.generative import pages as generative
from atlas.chapters.generative.figures.directions import ATTRIBUTE, is_better
from atlas.chapters.generative.records import chapter_of as generative_of
from atlas.chapters.recurrent import pages as recurrent
from atlas.chapters.recurrent.figures.cell import named_cells, tellings
from atlas.publish.context import AtlasContext
from tests.fixtures.recurrent import make_recurrent
from tests.fixtures.results import make_results, with_chapter, with_code_readers


def with_scores(network, scores):
    """The network with `scores` of its cells, the same on both halves."""
    profiles = network.arrays["cells"] | {"scores_a": scores, "scores_b": scores}
    return replace(network, arrays=network.arrays | {"cells": profiles})


def test_a_cell_has_the_concept_that_it_tells_best_and_only_above_chance(tmp_path):
    network = make_recurrent()[0]
    cells = named_cells(network)
    scores = np.full_like(network.arrays["cells"]["scores_a"], 0.5)
    scores[cells[0]] = 0.999
    told = with_scores(network, scores)
    best = tellings(told, cells[0])[0]
    assert best.above
    results = with_code_readers(make_results(), (told,))
    [(section, words)] = recurrent.index(AtlasContext(results, tmp_path), {})
    assert words == [(cells[0], best.concept)]
    assert section.slugs == cells


def test_a_direction_has_what_it_moves_and_only_better_than_chance(tmp_path):
    results = make_results()
    generator = generative_of(results).generators[0]
    study = generator.directions
    changed = tuple(
        replace(report, percentile=1.0 if index == 0 else 0.5) for index, report in enumerate(study.directions)
    )
    other = replace(generator, directions=replace(study, directions=changed))
    section, words = next(generative.index(AtlasContext(with_chapter(results, "generative", (other,)), tmp_path), {}))
    assert [is_better(report) for report in changed] == [True] + [False] * (len(changed) - 1)
    assert words == [(changed[0].name, ATTRIBUTE[changed[0].target].title.lower())]
    assert section.slugs == tuple(report.name for report in study.directions)
