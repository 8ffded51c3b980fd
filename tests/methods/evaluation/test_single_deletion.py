"""Single deletion on functions whose patches have known worth."""

import numpy as np
import torch
from scipy.stats import spearmanr

from atlas.methods.evaluation.single_deletion import GRID, patch_drops, single_deletion

SIZE = 32
SIDE = SIZE // GRID


def image(seed=0):
    return torch.randn(3, SIZE, SIZE, generator=torch.Generator().manual_seed(seed))


def test_the_exact_relevance_of_a_linear_score_is_perfect_and_its_negative_the_worst():
    weights = image(1)
    score = lambda versions: (weights * versions).flatten(1).sum(1)  # noqa: E731
    falls = patch_drops(score, image())
    product = (weights * image()).sum(0)
    by_hand = product.reshape(GRID, SIDE, GRID, SIDE).sum((1, 3)).flatten()
    np.testing.assert_allclose(falls, by_hand, rtol=1e-4, atol=1e-4)
    found = single_deletion(torch.stack([product, -product]), np.stack([falls, falls]))
    np.testing.assert_allclose(found, [1, -1])


def test_it_equals_spearman_of_slow_sums():
    maps = torch.stack([image(seed)[0] for seed in range(3)])
    falls = np.random.default_rng(0).normal(size=(3, GRID**2))
    for found, one, true in zip(single_deletion(maps, falls), maps, falls, strict=True):
        sums = [
            float(one[row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE].sum())
            for row in range(GRID)
            for column in range(GRID)
        ]
        assert np.isclose(found, spearmanr(sums, true).statistic)


def test_only_the_patch_that_is_read_falls():
    falls = patch_drops(lambda versions: 3 * versions[:, 0, 5, 9], image())
    assert np.flatnonzero(falls) == [GRID * (5 // SIDE) + 9 // SIDE]
    assert np.isclose(falls.sum(), 3 * float(image()[0, 5, 9]))


def test_a_score_that_reads_nothing_has_no_correlation():
    falls = patch_drops(lambda versions: torch.ones(len(versions)), image())
    assert np.isnan(single_deletion(image()[:1], falls[None])).all()
