"""MIG and DCI on codes that are the factors, rotations of them, and shuffles; sprites against their factors."""

import numpy as np
import pytest

from atlas.chapters.generative.attributes import attributes_of, measure
from atlas.chapters.generative.disentangle import binned, dci, entropy, mig, mutual_information
from atlas.probes.sprites import FACTORS, draw_factors, render


@pytest.fixture(scope="module")
def factors():
    return np.random.default_rng(0).random((4000, 3))


def test_mutual_information_of_a_hand_count():
    a = np.array([0, 0, 1, 1])
    assert entropy(a) == pytest.approx(np.log(2))
    same, none = mutual_information(a[:, None], np.stack([a, [0, 1, 0, 1]], 1))[0]
    assert same == pytest.approx(np.log(2))
    assert none == pytest.approx(0, abs=1e-12)


def test_bins_hold_equal_counts_and_few_values_stay():
    assert set(np.bincount(binned(np.random.default_rng(0).random(1000)))) == {50}
    assert binned(np.array([5.0, 7.0, 5.0])).tolist() == [0, 1, 0]


def test_codes_that_are_the_factors_reach_one(factors):
    assert mig(-factors[:, ::-1], factors) == pytest.approx(1, abs=0.05)
    found = dci(factors, factors, (False,) * 3)
    assert found.disentanglement > 0.95
    assert found.completeness > 0.95
    assert found.informativeness.min() > 0.95


def test_two_codes_for_one_factor_leave_no_gap(factors):
    codes = np.concatenate([factors, factors[:, :1]], 1)
    gaps = mig(codes, factors)
    assert gaps[0] == pytest.approx(0, abs=1e-9)
    assert gaps[1:] == pytest.approx(1, abs=0.05)


def test_rotated_codes_tell_all_but_stand_for_nothing(factors):
    rotation = np.linalg.qr(np.array([[1.0, 1, 1], [1, -1, 0], [1, 1, -2]]))[0]
    codes = (factors - 0.5) @ rotation
    assert mig(codes, factors).mean() < 0.2
    found = dci(codes, factors, (False,) * 3)
    assert found.disentanglement < 0.6
    assert found.informativeness.min() > 0.8


def test_shuffled_codes_tell_nothing(factors):
    codes = np.random.default_rng(1).permutation(factors)
    assert mig(codes, factors).mean() < 0.02
    assert np.abs(dci(codes, factors, (False,) * 3).informativeness).max() < 0.2


def test_sprites_lie_where_their_factors_say():
    factors = draw_factors(300, 4)
    names = [attribute.name for attribute in attributes_of("sprites")]
    measures = measure(render(factors), "sprites")
    for name, factor in (("x", "x"), ("y", "y")):
        column = factors[:, [f.name for f in FACTORS].index(factor)]
        assert np.corrcoef(measures[:, names.index(name)], column)[0, 1] > 0.97
    scale = factors[:, 1]
    for shape in range(3):
        own = factors[:, 0] == shape
        assert np.corrcoef(measures[own, names.index("area")], scale[own])[0, 1] > 0.95
    hue = factors[:, 5]
    order = np.argsort(hue)
    assert measures[order[:30], names.index("hue")].mean() < measures[order[-30:], names.index("hue")].mean()


def test_sprites_repeat_and_move_smoothly():
    factors = draw_factors(5, 0)
    assert (render(factors) == render(factors)).all()
    moved = factors.copy()
    moved[:, 3] += 0.01
    assert np.abs(render(moved).astype(int) - render(factors)).mean() < 2


def test_factors_fill_their_ranges_independently():
    factors = draw_factors(4000, 9)
    assert set(factors[:, 0]) == {0, 1, 2}
    for column, factor in zip(factors.T[1:], FACTORS[1:], strict=True):
        assert factor.low <= column.min() < column.max() <= factor.high
    off = np.corrcoef(factors.T) - np.eye(6)
    assert np.abs(off).max() < 0.06
