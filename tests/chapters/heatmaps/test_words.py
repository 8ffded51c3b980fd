"""A map in words, and why it is not valid."""

import numpy as np
import pytest

from atlas.chapters.heatmaps.maps import HeatMaps, TargetMaps
from atlas.chapters.heatmaps.words import MOST, described, why_not


def test_the_place_of_most_of_what_raises_is_named():
    values = np.zeros((9, 9))
    values[7, 1], values[0, 0] = 3, -1
    assert described(values) == "75\u202f% raises, 100\u202f% of it bottom left"
    values[4, 4] = 9
    assert "75\u202f% of it centre" in described(values)
    assert described(np.zeros((9, 9))) == "no relevance anywhere"
    assert described(-np.ones((9, 9))) == "every pixel lowers the score"


@pytest.mark.parametrize(("error", "valid"), [(MOST, True), (MOST * 1.01, False), (0.0, True)])
def test_a_map_that_misses_its_promise_is_not_valid(error, valid):
    maps = HeatMaps("", (TargetMaps(np.zeros((1, 2, 2), np.float16), np.ones(1), np.array([error])),))
    assert (why_not(maps, 0, 0) == "") is valid
    assert maps.missed(0, 0) == error


def test_a_method_that_does_not_exist_gives_its_reason():
    assert why_not(HeatMaps("The head is not linear."), 0, 0) == "The head is not linear."
    assert why_not(HeatMaps("", (TargetMaps(np.zeros((1, 2, 2)), np.ones(1)),)), 0, 0) == ""
