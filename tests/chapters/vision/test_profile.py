"""Profiles by class against plain loops; what is planted is named, what is not stays silent."""

import numpy as np
import pytest
from scipy.stats import t

from atlas.chapters.vision.profile import LEAST, RANKS, Grouping, grouping, profile


def made(seed, units=6, classes=7, sources=60, images=240):
    rng = np.random.default_rng(seed)
    source = rng.integers(0, sources, images)
    of_source = rng.integers(-1, classes, sources)
    return rng, rng.normal(size=(images, units)).astype(np.float32), of_source[source], source


def test_a_profile_equals_plain_loops():
    _, responses, ids, source = made(1)
    found = profile(responses, Grouping(ids), [f"s{n}" for n in source])
    cells = {(ids[i], s): responses[source == s].mean(0, dtype=float) for i, s in enumerate(source)}
    by_class = {c: np.array([m for (k, _), m in cells.items() if k == c]) for c in range(7)}
    large = {c: of for c, of in by_class.items() if len(of) >= LEAST}
    freedom = sum(len(of) - 1 for of in large.values())
    for unit in range(6):
        ranked = sorted(large, key=lambda c: -large[c][:, unit].mean())[:RANKS]
        assert found.ids[unit].tolist() == ranked
        pooled = sum(((of[:, unit] - of[:, unit].mean()) ** 2).sum() for of in large.values()) / freedom
        for rank, c in enumerate(ranked):
            of = large[c][:, unit]
            rest = np.array([m[unit] for (k, _), m in cells.items() if k != c])
            spread = max(of.std(ddof=1), pooled**0.5)
            margin = t.ppf(1 - 0.05 / (2 * len(large)), freedom) * spread / len(of) ** 0.5
            upper = rest.mean() + t.ppf(0.975, len(rest) - 1) * rest.std(ddof=1) / len(rest) ** 0.5
            assert found.means[unit, rank] == pytest.approx(of.mean(), rel=1e-4)
            assert found.margins[unit, rank] == pytest.approx(margin, rel=1e-4)
            assert found.rest[unit, rank] == pytest.approx(upper, rel=1e-4)
            assert found.sizes[unit, rank] == (ids == c).sum()
            assert found.clear[unit, rank] == (of.mean() - margin > upper)


def test_a_planted_class_is_named_and_no_other():
    _, responses, ids, source = made(2, units=40)
    responses[ids == 3] += 4
    found = profile(responses, Grouping(ids), [str(n) for n in source])
    assert (found.ids[:, 0] == 3).all() and found.clear[:, 0].all()
    assert found.clear[:, 1:].mean() < 0.02


@pytest.mark.parametrize("skewed", [False, True])
def test_few_units_that_know_nothing_are_named(skewed):
    rng, responses, ids, source = made(3, units=3000, classes=20, sources=150, images=600)
    if skewed:
        responses = rng.gamma(0.7, size=responses.shape)
    found = profile(responses, Grouping(ids), [str(n) for n in source])
    assert found.clear.any(axis=1).mean() < (0.12 if skewed else 0.05)


def test_many_images_of_few_sources_name_nothing():
    responses = np.zeros((90, 2))
    ids = np.repeat([0, 1, 2], 30)
    responses[ids == 0] = 5
    found = profile(responses, Grouping(ids), [f"{c}{n % 2}" for c, n in zip(ids, range(90), strict=True)])
    assert (found.ids == -1).all() and not found.clear.any()
    assert found.ids.shape == (2, RANKS)


def test_words_are_numbered_in_alphabetical_order():
    found = grouping(["fish", None, "bird", "fish", ""])
    assert found.ids.tolist() == [1, -1, 0, 1, -1] and found.names == ("bird", "fish")
