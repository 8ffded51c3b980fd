"""Cells: a planted one is found and named, noise is not, and the numbers are those of the definitions."""

import numpy as np
import pytest

from atlas.chapters.recurrent.cells import Half, best_concepts, chance_labels, character_score, find_cells, null_scores
from atlas.chapters.recurrent.concepts import Concept
from atlas.chapters.recurrent.score import moved_scores, ranks, scores, strength

ON, SIZE = Concept("on", "on"), Concept("size", "size", graded=True)


def blocks(rng, count=6000, mean=40):
    """A label that comes in stretches, as strings and comments do."""
    label, at = np.zeros(count, np.float32), 0
    while at < count:
        gap, stretch = rng.geometric(1 / (4 * mean)), rng.geometric(1 / mean)
        label[at + gap : at + gap + stretch] = 1
        at += gap + stretch
    return label


def smooth_noise(rng, count, cells):
    noise = rng.normal(size=(count, cells))
    for t in range(1, count):
        noise[t] = 0.97 * noise[t - 1] + 0.24 * noise[t]
    return noise.astype(np.float32)


def half(seed, plant=None, noise=0.3):
    rng = np.random.default_rng(seed)
    on, size = blocks(rng), np.cumsum(rng.normal(size=6000)).astype(np.float32)
    states = smooth_noise(rng, 6000, 30)
    if plant is not None:
        states[:, plant] = -on + noise * rng.normal(size=6000)
        states[:, plant + 1] = size
    return Half(states, rng.integers(0, 50, 6000), {"on": on, "size": size})


def test_a_planted_cell_is_found_with_its_sign_and_beats_chance():
    on, size = find_cells(half(0, plant=7), half(1, plant=7), (ON, SIZE), seed=0)
    assert (on.cell, on.sign) == (7, -1)
    assert on.score > 0.97
    assert on.null_p95 < 0.8
    assert on.p_value == pytest.approx(1 / 201)
    assert (size.cell, size.sign) == (8, 1)
    assert size.score == pytest.approx(1.0, abs=1e-6)
    assert on.also == size.also == ()


def test_noise_is_not_found():
    p_values = [find_cells(half(2 * s), half(2 * s + 1), (ON,), seed=0)[0].p_value for s in range(5)]
    assert np.median(p_values) > 0.1


def test_a_cell_that_wins_two_concepts_is_flagged():
    a, b = half(0, plant=7), half(1, plant=7)
    a.labels["twin"], b.labels["twin"] = a.labels["on"], b.labels["on"]
    on, twin = find_cells(a, b, (ON, Concept("twin", "twin")), seed=0)
    assert on.also == ("twin",)
    assert twin.also == ("on",)


def test_a_concept_that_is_absent_is_left_out():
    a, b = half(0), half(1)
    b.labels["on"] = np.zeros(6000, np.float32)
    assert find_cells(a, b, (ON,), seed=0) == []


def test_scores_are_the_area_under_the_curve():
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    values, label = rng.integers(0, 5, (300, 4)).astype(float), rng.integers(0, 2, 300).astype(np.float32)
    expected = [roc_auc_score(label, column) for column in values.T]
    assert np.allclose(scores(ranks(values), label, graded=False), expected, atol=1e-5)


def test_graded_scores_are_spearman():
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    values, label = rng.normal(size=(300, 1)), rng.integers(0, 4, 300).astype(np.float32)
    expected = (1 + spearmanr(values[:, 0], label).statistic) / 2
    assert scores(ranks(values), label, graded=True)[0] == pytest.approx(expected, abs=1e-6)
    assert strength(np.array([0.2]))[0] == pytest.approx(0.8)


def test_the_probe_finds_what_no_single_cell_holds():
    def spread(seed):
        rng = np.random.default_rng(seed)
        on, noise = blocks(rng), smooth_noise(rng, 6000, 30)
        noise[:, 0] = on + noise[:, 1:].sum(1)  # the label is a cell minus all others
        return Half(noise, rng.integers(0, 50, 6000), {"on": on})

    (found,) = find_cells(spread(0), spread(1), (ON,), seed=0)
    assert found.probe > 0.99
    assert found.score < 0.75


def test_a_probe_with_the_pair_of_characters_passes_the_control():
    rng = np.random.default_rng(0)
    symbols = [rng.integers(0, 4, 4000) for _ in range(2)]
    states = [np.eye(16)[np.concatenate([[0], s[:-1]]) * 4 + s] for s in symbols]
    a, b = (Half(x, s, {"on": blocks(rng, 4000)}) for x, s in zip(states, symbols, strict=True))
    (found,) = find_cells(a, b, (ON,), seed=3)
    assert found.control > 0.99
    assert found.probe < 0.6


def test_the_character_alone():
    rng = np.random.default_rng(0)
    symbols = rng.integers(0, 10, 2000)
    known = Half(np.zeros((2000, 1)), symbols, {"on": (symbols == 3).astype(np.float32)})
    assert character_score(known, known, ON) == pytest.approx(1.0, abs=1e-6)


def test_shifted_labels_keep_their_share_and_the_seed_decides():
    ranked, label = ranks(smooth_noise(np.random.default_rng(0), 3000, 5)), blocks(np.random.default_rng(1), 3000)
    one = null_scores(ranked, label, graded=False, seed=1, shifts=50)
    assert len(one) == 50
    assert np.array_equal(one, null_scores(ranked, label, graded=False, seed=1, shifts=50))
    assert not np.array_equal(one, null_scores(ranked, label, graded=False, seed=2, shifts=50))
    assert chance_labels(np.arange(5000) % 97, 0.3, 0).mean() == pytest.approx(0.3, abs=0.15)


def test_ranks_share_ties_as_scipy_does():
    from scipy.stats import rankdata

    values = np.random.default_rng(0).integers(0, 9, (200, 5)).astype(np.float32)
    assert np.allclose(ranks(values), rankdata(values, axis=0) / 200)
    assert np.allclose(ranks(np.zeros((7, 1)))[:, 0], 4 / 7)


@pytest.mark.parametrize("graded", [False, True])
def test_moved_labels_are_scored_like_labels_moved_by_hand(graded):
    rng = np.random.default_rng(0)
    ranked = ranks(smooth_noise(rng, 900, 4))
    label = rng.integers(0, 5 if graded else 2, 900).astype(np.float32)
    found = moved_scores(ranked, label, np.array([3, 450]), graded=graded)
    for column, distance in enumerate((3, 450)):
        assert np.allclose(found[:, column], scores(ranked, np.roll(label, distance), graded=graded), atol=1e-6)


def test_a_constant_cell_predicts_nothing():
    ranked, label = ranks(np.zeros((50, 1), np.float32)), np.arange(50.0)
    assert scores(ranked, (label > 20).astype(np.float32), graded=False)[0] == pytest.approx(0.5)
    assert scores(ranked, label, graded=True)[0] == 0.5
    assert np.isnan(scores(ranks(label[:, None]), np.ones(50), graded=True)[0])


def test_the_concept_predicted_best_must_be_confirmed_on_the_other_half():
    on_a = np.array([[0.9, 0.6], [0.5, 0.2], [0.8, 0.6], [np.nan, 0.7]])
    on_b = np.array([[0.8, 0.9], [0.9, 0.1], [0.6, 0.99], [0.9, 0.9]])
    # the second is low in its concept; the third's best on half A is not above chance on half B
    assert best_concepts(on_a, on_b, {0: 0.7, 1: 0.75}).tolist() == [0, 1, -1, 1]
    assert best_concepts(on_a, on_b, {1: 0.75}).tolist() == [1, 1, 1, 1]
    assert best_concepts(on_a, on_b, {}).tolist() == [-1] * 4
