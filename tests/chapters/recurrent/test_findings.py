"""Sentences of what was found about recurrent networks: another result gives another sentence."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from atlas.chapters.recurrent.context_length import Gain
from atlas.chapters.recurrent.figures import findings
from atlas.chapters.recurrent.records import chapter_of
from atlas.chapters.recurrent.spelling_study import SAME_PLACE
from tests.fixtures.results import make_results


@pytest.fixture(scope="module")
def chapter():
    return chapter_of(make_results())


def test_every_page_has_findings_and_each_its_figure(chapter):
    groups = findings.findings(chapter)
    assert [group.title for group in groups] == [
        "Cells, context and errors", "Attribution", "Sentiment", "Letters to sounds", "Speech detection",
    ]  # fmt: skip
    assert all(group.found for group in groups)
    assert all(one.figure.page.partition("#")[0] == group.page for group in groups for one in group.found)
    assert findings.findings_of(chapter, groups[1].page) == groups[1].found


def test_cells_above_chance_are_counted(chapter):
    network = chapter.networks[0]
    below = tuple(replace(one, score=0.5, null_p95=0.6) for one in network.cells.concepts)
    one = (replace(below[0], score=0.97, cell=4), *below[1:])
    cells = [replace(network, cells=replace(network.cells, concepts=made)) for made in (below, one)]
    none, some = (findings.concepts([made]) for made in cells)
    assert f"for 0 of {len(below)} ({network.spec.title})" in none
    assert f"for 1 of {len(below)} ({network.spec.title})" in some and "cell 4" in some and "score 0.97" in some


@pytest.mark.parametrize(("low", "said"), [(0.1, "at distances of 64 and more characters"), (-0.1, "at no distance")])
def test_the_farthest_distance_at_which_a_network_is_surely_better(chapter, low, said):
    network = chapter.predictors[0]
    bins = (Gain(8, 16, 9, 0.5, low, 0.9), Gain(64, 128, 9, 0.5, low, 0.9))
    study = replace(network.context_lengths, closings={"bracket": bins, "quote": ()})
    found = findings.distances([replace(network, context_lengths=study)])
    assert f"at closing brackets {network.spec.title} {said}" in found and "quotes" not in found


@pytest.mark.parametrize(("baseline", "said"), [(9.0, "below the"), (0.001, "not below the")])
def test_the_lowest_loss_is_compared_with_the_n_gram_model(chapter, baseline, said):
    network = chapter.predictors[0]
    study = replace(network.context_lengths, baseline=baseline)
    assert said in findings.errors([replace(network, context_lengths=study)])


@pytest.mark.parametrize(
    ("lrp", "same", "p", "said"),
    [(0.7, 0.5, 0.01, "for 70\u202f% of"), (0.7, 0.5, 0.01, ", more often"), (0.5, 0.7, 0.01, ", less often"),
     (0.5, 0.7, 0.3, ", not surely less often")],
)  # fmt: skip
def test_letters_beside_the_letter_at_the_same_place(chapter, lrp, same, p, said):
    study = chapter.spelling.spellings
    assert said in findings.letters(replace(study, hits=study.hits | {"lrp": lrp, SAME_PLACE: same}, p_value=p))


def test_sentences_of_kinds_below_chance_are_named(chapter):
    study = chapter.sentiment.sentences
    rows = tuple(replace(row, accuracy=0.9 - 0.25 * place) for place, row in enumerate(study.sentences))
    good = tuple(replace(row, accuracy=0.8) for row in rows)
    bad = findings.kinds(replace(study, sentences=rows))
    assert f"{rows[0].kind} (90\u202f%)" in bad and f"{rows[-1].kind} (" in bad and "no more often than chance" in bad
    assert "above chance (50\u202f%) for all kinds" in findings.kinds(replace(study, sentences=good))


@pytest.mark.parametrize(("p", "said"), [(0.001, "separates positive"), (0.4, "does not surely separate")])
def test_words_are_separated_or_not(chapter, p, said):
    study = chapter.sentiment.sentences
    assert said in findings.words(replace(study, separation=replace(study.separation, p_value=p, area=0.8)))


@pytest.mark.parametrize(("score", "said"), [(0.99, ", more than the best"), (0.5, ", no more than the best")])
def test_a_cell_of_the_speech_detector_beside_chance(score, said):
    study = SimpleNamespace(detector=0.9, best=SimpleNamespace(cell=3, score=score, null_p95=0.7))
    assert said in findings.voice(study)
