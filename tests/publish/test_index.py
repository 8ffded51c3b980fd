"""The index entries of cells and directions: all that beat chance and nothing else."""

from dataclasses import replace

import numpy as np

from atlas.chapters.generative import pages as generative
from atlas.chapters.generative.figures.directions import ATTRIBUTE, is_better
from atlas.chapters.generative.records import chapter_of as generative_of
from atlas.chapters.recurrent import pages as recurrent
from atlas.chapters.recurrent.figures.cell import concept_scores, named_cells
from atlas.publish.context import AtlasContext
from tests.fixtures.recurrent import make_recurrent
from tests.fixtures.results import make_results, with_chapter, with_code_readers


def test_a_cell_has_its_best_concept_and_only_above_chance(tmp_path):
    network = make_recurrent()[0]
    cells = named_cells(network)
    scores = np.full_like(network.cells.scores_a, 0.5)
    scores[cells[0]] = 0.999
    scored = replace(network, cells=replace(network.cells, scores_a=scores, scores_b=scores))
    best = concept_scores(scored, cells[0])[0]
    assert best.above
    results = with_code_readers(make_results(), (scored,))
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
