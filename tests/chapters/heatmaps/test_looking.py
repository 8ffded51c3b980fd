"""The share of relevance on the object, when the network is right and when it is wrong."""

import numpy as np
import pytest

from atlas.chapters.heatmaps.looking import looking, on_object
from atlas.chapters.heatmaps.maps import HeatMaps, TargetMaps
from tests.fixtures.heatmaps import make_record


def maps_of(values, error=None):
    return HeatMaps("", (TargetMaps(np.asarray(values, np.float16), np.ones(len(values)), error),))


def mask(side=8):
    found = np.zeros((side, side), bool)
    found[:, : side // 2] = True
    return found


def test_the_share_is_of_what_raises_the_score():
    values = np.zeros((1, 4, 4))
    values[0, 0, 0], values[0, 0, 3], values[0, 1, 1] = 3, 1, -50
    assert on_object([maps_of(values)], 0, mask()) == pytest.approx(0.75)
    assert on_object([maps_of(-np.abs(values))], 0, mask()) is None


def test_it_is_the_median_of_valid_methods():
    left, right = np.zeros((2, 1, 4, 4))
    left[0, 0, 0] = right[0, 0, 3] = 1
    broken = maps_of(right, np.array([0.9]))
    assert on_object([maps_of(left), maps_of(left), maps_of(right)], 0, mask()) == 1
    assert on_object([maps_of(left), broken, HeatMaps("no")], 0, mask()) == 1
    assert on_object([broken], 0, mask()) is None


def test_a_mask_of_another_size_counts_by_the_share_of_each_pixel():
    quarter = np.zeros((8, 8), bool)
    quarter[:1, :1] = True
    assert on_object([maps_of(np.ones((1, 4, 4)))], 0, quarter) == pytest.approx(1 / 64, abs=1e-3)


def test_images_without_a_mask_or_a_known_class_are_left_out():
    chapter = make_record()
    maps = {name: chapter.networks[0].load(name) for name in chapter.methods}
    assert not looking(chapter, maps, [None] * 4)
    found = looking(chapter, maps, [True, False, True, True])  # of which the first two have masks
    assert found[True].images == found[False].images == 1
    assert found[True].area == pytest.approx(chapter.masks[0].mean())
    assert 0 < found[True].mass < 1
