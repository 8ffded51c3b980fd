"""Degenerate units of responses whose answer is known, from the statistics that a build computes of them."""

import numpy as np
import pytest

from atlas.chapters.vision.collect import Moments
from atlas.chapters.vision.degenerate import ENOUGH, degenerate_units
from atlas.chapters.vision.profile import Grouping
from atlas.chapters.vision.summarize import bounded, summarize
from atlas.methods.correlate import neighbours


def found(maxima, *, logits=False):
    maxima = np.asarray(maxima, np.float32)
    count, none = len(maxima), Grouping(np.full(len(maxima), -1))
    with np.errstate(invalid="ignore"):
        moments = Moments(count, maxima.mean(axis=0, dtype=float), maxima.var(axis=0, dtype=float) * count)
    sources = [str(image) for image in range(count)]
    stats = summarize(bounded(maxima), moments, sources, classes=none, labels=none, groups=none)
    return degenerate_units(stats, neighbours(maxima.astype(np.float16)), logits=logits)


def responses(images=40):
    """Eight units: two healthy ones, one never above 0, a constant, one clipped at 6, a twin at thrice, NaN, infinite."""
    values = np.random.default_rng(1).normal(1, 1, (images, 8))
    values[:, 2] = -np.abs(values[:, 2]) - 0.01
    values[:, 3] = 0.3
    values[:, 4] = np.minimum(values[:, 4] + 6, 6)
    values[:, 5] = 3 * values[:, 0]
    values[0, 6], values[-1, 7] = np.nan, np.inf
    return values


def units(flags):
    return np.flatnonzero(flags).tolist()


def test_each_kind_is_found_where_it_was_put():
    one = found(responses())
    assert units(one.dead) == [2, 3]
    assert units(one.saturated) == [4]
    assert units(one.duplicates) == [0, 5]
    assert units(one.unbounded) == [6, 7]
    assert one.counts() == {"dead": 2, "saturated": 1, "duplicates": 2, "unbounded": 2}


def test_a_class_score_below_zero_is_not_dead():
    assert units(found(responses(), logits=True).dead) == [3]


@pytest.mark.parametrize("images", [2, 3, ENOUGH - 1])
def test_few_images_say_nothing_of_twins_and_saturation(images):
    one = found(responses(images))
    assert not one.counted and not one.duplicates.any() and not one.saturated.any()
    assert units(one.dead)[:2] == [2, 3]


def test_one_image_makes_no_constant_unit():
    assert units(found(responses(1)).dead) == [2]


def test_responses_that_are_not_finite_count_as_the_smallest():
    values = np.array([[1, np.nan], [np.inf, np.nan], [3, 2e38]], np.float32)
    np.testing.assert_array_equal(bounded(values), [[1, 0], [1, 0], [3, 0]])
    healthy = values[:, :0]
    assert bounded(healthy) is healthy
