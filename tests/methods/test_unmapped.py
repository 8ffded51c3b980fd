"""Vectors without a layout, by their reason; and large ones, whose layout is that of small ones."""

import numpy as np
import pytest

from atlas.methods.correlate import neighbours, standardized
from atlas.methods.embed import features
from atlas.methods.unmapped import unmapped

NORMAL = np.random.default_rng(0).normal(size=(30, 8)).astype(np.float32)
CASES = {
    "at least 3": NORMAL[:2],
    "not finite": np.where(np.arange(240).reshape(30, 8) == 77, np.nan, NORMAL),
    "never responds": np.zeros((30, 8), np.float16),
    "the same response": np.repeat(NORMAL[:1], 30, axis=0),
}


@pytest.mark.parametrize("reason", CASES)
def test_each_reason_is_named(reason):
    assert reason in unmapped(CASES[reason])


def test_vectors_that_differ_have_a_layout():
    assert unmapped(NORMAL) == unmapped(NORMAL[:3]) == ""


@pytest.mark.parametrize("factor", [2.0**17, 2.0**100])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_large_vectors_have_the_features_of_small_ones(metric, factor):
    np.testing.assert_allclose(features(NORMAL * factor, metric), features(NORMAL, metric), rtol=1e-3, atol=1e-4)


def test_a_unit_without_finite_responses_correlates_with_none():
    sick = NORMAL.copy()
    sick[3, 2], sick[4, 5] = np.inf, np.nan
    found = neighbours(sick)
    assert (found.correlation[[2, 5]] == 0).all() and np.isfinite(found.correlation).all()
    assert (standardized(sick)[:, [2, 5]] == 0).all()
    healthy = [0, 1, 3, 4, 6, 7]
    np.testing.assert_array_equal(standardized(sick)[:, healthy], standardized(NORMAL)[:, healthy])
