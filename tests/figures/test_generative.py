"""Figures of the generative chapter: which directions are shown first, and what the plates of single units hold."""

import numpy as np
import pytest

from atlas.figures.draw_generative import picture_of
from atlas.figures.generative import best, rank_of
from tests.generators import make_generators


def record(method, target, effect, percentile=1.0, leakage=0.1):
    return {"method": method, "target": target, "effect": effect, "percentile": percentile, "leakage": leakage}


def test_each_methods_best_comes_before_its_second_and_no_target_twice():
    planes = [record("hyperplane", target, effect) for target, effect in (("light", 9), ("hue", -8), ("size", 7))]
    free = [record("sefa", "hue", 6), record("sefa", "turn", 2), record("ganspace", "light", 5)]
    assert best([*free, *planes], 4) == [planes[0], free[0], planes[2], free[1]]  # GANSpace has no target of its own
    assert best([*free, *planes], 2) == [planes[0], free[0]]


def test_what_leaks_or_does_no_more_than_chance_comes_later_or_never():
    clean, leaking = record("sefa", "turn", 2, leakage=0.0), record("sefa", "hue", 6, leakage=2.0)
    lucky = record("sefa", "size", 50, percentile=0.9)
    assert best([leaking, lucky, clean]) == [clean, leaking]


def test_ranks_count_from_the_largest():
    values = np.array([0.1, 0.5, 0.3, 0.5])
    assert [rank_of(values, place) for place in range(4)] == [4, 1, 3, 1]


@pytest.fixture(scope="module")
def generator():
    return make_generators()[0]


def test_the_plate_of_a_unit_holds_its_own_pictures(generator):
    found = generator.arrays["dissections"]
    for place, unit in enumerate(found["layer2/units"].tolist()):
        tiles = [*found["layer2/top"][place], *found["layer2/without"][place], *found["layer2/inserted"][place]]
        np.testing.assert_array_equal(picture_of(generator, f"layer2-{unit}"), np.concatenate(tiles, 1))


def test_the_plate_of_a_layer_holds_all_its_units(generator):
    units = generator.arrays["dissections"]["layer2/units"].tolist()
    rows = [picture_of(generator, f"layer2-{unit}") for unit in units]
    np.testing.assert_array_equal(picture_of(generator, "units-layer2"), np.concatenate(rows, 0))
