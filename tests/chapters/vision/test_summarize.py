"""Statistics and examples against a full sort and plain loops."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from atlas.chapters.vision.collect import Moments
from atlas.chapters.vision.profile import Grouping
from atlas.chapters.vision.summarize import BINS, Works, select_examples, summarize


def slow_top(values, lists, top, most):
    taken, used = [], [{} for _ in lists]
    for image in sorted(range(len(values)), key=lambda i: (-values[i], i)):
        if all(one[image] is None or use.get(one[image], 0) < most for use, one in zip(used, lists, strict=True)):
            for use, one in zip(used, lists, strict=True):
                use[one[image]] = use.get(one[image], 0) + 1
            taken.append(image)
    return (taken + [-1] * top)[:top]


@given(st.integers(0, 1000), st.integers(1, 40), st.integers(1, 9), st.integers(1, 3))
def test_examples_equal_a_full_sort(seed, images, top, per_source):
    random = np.random.default_rng(seed)
    maxima = random.integers(-5, 5, (images, 4)).astype(np.float32)  # ties and negative responses
    sources = [f"source{n}" for n in random.integers(0, 6, images)]
    grounds = [None if n == 3 else f"ground{n}" for n in random.integers(0, 4, images)]
    kinds = [("photograph", "crop", "drawing", "cut-out")[n] for n in random.integers(0, 4, images)]
    chosen, levels = select_examples(maxima, Works(sources, grounds, kinds), top=top, per_source=per_source)
    assert levels[:top] == ("top",) * top and len(levels) == chosen.shape[1]
    objects = {i for i, kind in enumerate(kinds) if kind in ("drawing", "cut-out")}
    whole = {i for i, kind in enumerate(kinds) if kind == "photograph"}
    for unit in range(4):
        assert chosen[unit, :top].tolist() == slow_top(maxima[:, unit], (sources, grounds), top, per_source)
        ranked = sorted(range(images), key=lambda i: (-maxima[i, unit], i))
        for level, of_kind in (("photo", whole), ("object", objects)):
            best = next((i for i in ranked if i in of_kind), -1) if len(of_kind) < images else -1
            assert chosen[unit, levels.index(level)] == best
        lowest = [i for i, level in zip(chosen[unit], levels, strict=True) if level == "low" and i >= 0]
        assert lowest == ranked[-3:]


def test_levels_lie_at_their_percentile():
    maxima = np.random.default_rng(0).permutation(1001).astype(np.float32)[:, None]
    works = Works([str(i) for i in range(1001)], [None] * 1001, ["image"] * 1001)
    chosen, levels = select_examples(maxima, works, top=9, per_source=2)
    values = dict(zip(levels, maxima[chosen[0], 0], strict=True))
    assert abs(values["p90"] - 900) <= 2 and abs(values["p50"] - 500) <= 2 and values["low"] == 0
    assert all(chosen[0, levels.index(level)] == -1 for level in ("photo", "object"))  # a set of one kind


def test_statistics_equal_plain_numpy():
    random = np.random.default_rng(3)
    maxima = random.normal(size=(200, 6)).astype(np.float32)
    predicted = random.integers(0, 4, 200)
    moments, sources = Moments(50, np.arange(6.0), np.full(6, 50 * 4.0)), [str(i) for i in range(200)]
    none = Grouping(np.full(200, -1))
    stats = summarize(maxima, moments, sources, classes=Grouping(predicted), labels=none, groups=none)
    np.testing.assert_allclose(stats.std, 2.0)
    np.testing.assert_allclose(stats.p90, np.percentile(maxima, 90, axis=0), rtol=1e-6)
    for unit in range(6):
        counts = np.histogram(maxima[:, unit], bins=BINS, range=tuple(stats.edges[unit]))[0]
        assert np.abs(np.cumsum(counts) - np.cumsum(stats.counts[unit])).max() <= 1  # an edge may round either way
        means = {c: maxima[predicted == c, unit].mean() for c in range(4)}
        best = max(means, key=means.get)
        assert stats.classes.ids[unit, 0] == best
        np.testing.assert_allclose(stats.classes.means[unit, 0], means[best], rtol=1e-5)
    assert (stats.counts.sum(axis=1) == 200).all() and (stats.labels.ids == -1).all()
