"""Truncated context, gains by distance and kinds of characters."""

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent.context_length import KINDS, gains, kinds, truncated_losses, windows_before
from atlas.networks.modules.recurrent import Recurrent


def test_truncated_context_is_the_network_on_the_piece():
    torch.manual_seed(0)
    module = Recurrent("GRU", symbols=9, embedding=4, hidden=7, outputs=9).eval().requires_grad_(False)
    symbols = np.random.default_rng(0).integers(0, 9, 60)
    windows = windows_before(symbols, np.array([20, 41]), 20)
    assert windows[1].tolist() == symbols[21:42].tolist()
    found = truncated_losses(module, windows, (1, 5, 20))
    for row, length in enumerate((1, 5, 20)):
        outputs, _ = module(torch.from_numpy(symbols[41 - length : 41])[None])
        expected = -torch.log_softmax(outputs[0, -1], 0)[symbols[41]]
        assert found[row, 1] == pytest.approx(float(expected), abs=1e-5)


def test_gains_by_distance():
    rng = np.random.default_rng(0)
    distance = np.array([1] * 100 + [10] * 400 + [500] * 3)
    gain = np.where(distance == 10, 2.0, 0.5) + rng.normal(0, 0.1, len(distance))
    near, far = gains(gain, distance, seed=0)  # three places are too few
    assert (near.least, near.most, near.n) == (1, 2, 100)
    assert (far.least, far.most, far.n) == (8, 16, 400)
    assert far.low < far.mean < far.high
    assert far.mean == pytest.approx(2, abs=0.02)
    assert far.high - far.low == pytest.approx(4 * 0.1 / 20, rel=0.3)


def test_kinds_of_characters():
    text = "\n  ab_1 = f('x')9"
    names = [KINDS[number] for number in kinds(text)]
    assert names[:3] == ["new line", "leading space", "leading space"]
    assert names[3:7] == ["start of a word", "inside a word", "inside a word", "digit"]
    assert names[7:] == [
        "space", "other sign", "space", "start of a word", "opening bracket", "quote", "start of a word", "quote",
        "closing bracket", "digit",
    ]  # fmt: skip
