"""The n-gram model against counts made by hand, and as a proper distribution."""

from math import log

import numpy as np
import pytest

from atlas.chapters.recurrent.ngram import ngram_losses


def test_hand_count():
    training = [np.array([0, 1, 0, 1, 0, 2]), np.array([1, 1])]
    text = np.array([0, 1, 1])
    losses = ngram_losses(training, text, order=3, symbols=4)
    # order 1: every symbol but a text's first is counted: 1 0 1 0 2 and 1; three kinds
    one = (3 + 3 / 4) / (6 + 3)
    assert losses[0] == pytest.approx([-log(one), -log(one)])
    # after 0: 1 twice, 2 once, two kinds. After 1: 0 twice, 1 once, two kinds.
    after_zero, after_one = (2 + 2 * one) / (3 + 2), (1 + 2 * one) / (3 + 2)
    assert losses[1] == pytest.approx([-log(after_zero), -log(after_one)])
    # after 0 1: 0 twice, one kind. The first target has no context of two: it keeps its order-2 chance.
    assert losses[2] == pytest.approx([-log(after_zero), -log((0 + 1 * after_one) / (2 + 1))])


def test_chances_sum_to_one():
    rng = np.random.default_rng(0)
    training = [rng.integers(0, 5, 300) for _ in range(3)]
    context = rng.integers(0, 5, 4)
    for order in (1, 2, 4):
        total = sum(
            np.exp(-ngram_losses(training, np.append(context, last), order=order, symbols=5)[-1, -1])
            for last in range(5)
        )
        assert total == pytest.approx(1)


def test_an_unseen_context_falls_back():
    losses = ngram_losses([np.array([0, 1, 0, 1])], np.array([2, 0]), order=2, symbols=3)
    assert losses[1, 0] == losses[0, 0]


def test_longer_contexts_help_where_they_decide():
    training = [np.tile([0, 0, 1], 200)]
    losses = ngram_losses(training, np.tile([0, 0, 1], 10), order=3, symbols=2).mean(1)
    assert losses[2] < 0.2 < losses[1] < losses[0]


def test_too_long_is_an_error():
    with pytest.raises(ValueError, match="63 bits"):
        ngram_losses([np.arange(4)], np.arange(4), order=10, symbols=99)
