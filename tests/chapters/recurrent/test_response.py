"""Expected response and co-clustering on constructed networks and responses."""

import numpy as np
import pytest

from atlas.chapters.recurrent.cell import Cell, Net
from atlas.chapters.recurrent.response import (
    Draws,
    agreement,
    cell_separations,
    clustered,
    co_clusters,
    expected_response,
    purity,
    purity_by_chance,
    rising_and_falling,
    separation,
)


def net(kind="LSTM", hidden=5, embedding=3, symbols=7):
    rng = np.random.default_rng(1)
    blocks = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind]
    cell = Cell(
        kind, rng.normal(size=(blocks * hidden, embedding)), rng.normal(size=(blocks * hidden, hidden)),
        rng.normal(size=blocks * hidden), rng.normal(size=blocks * hidden),
    )  # fmt: skip
    return Net(rng.normal(size=(symbols, embedding)), cell, rng.normal(size=(1, hidden)), rng.normal(size=1))


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_the_expected_response_is_the_mean_of_torchs_own_steps(kind):
    import torch

    made = net(kind)
    rng = np.random.default_rng(2)
    h, c = rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    cell = {"LSTM": torch.nn.LSTMCell, "GRU": torch.nn.GRUCell, "RNN": torch.nn.RNNCell}[kind](3, 5).double()
    for name, values in (("weight_ih", "w_in"), ("weight_hh", "w_rec"), ("bias_ih", "b_in"), ("bias_hh", "b_rec")):
        getattr(cell, name).data = torch.from_numpy(getattr(made.cell, values))
    found = expected_response(made, h, c, np.array([2, 4]))
    for row, symbol in enumerate([2, 4]):
        changes = []
        for state, memory in zip(torch.from_numpy(h), torch.from_numpy(c), strict=True):
            x = torch.from_numpy(made.embed[symbol])[None]
            with torch.no_grad():
                new = cell(x, (state[None], memory[None]))[0] if kind == "LSTM" else cell(x, state[None])
            changes.append((new[0] - state).numpy())
        assert np.allclose(found[row], np.mean(changes, 0))


def test_separation_finds_what_is_there_and_nothing_else():
    rng = np.random.default_rng(3)
    signs = np.repeat([1, -1], 30)
    assert separation(signs + rng.normal(size=60) * 0.1, signs, seed=0).area == 1.0
    assert separation(-signs + rng.normal(size=60) * 0.1, signs, seed=0).p_value < 0.01
    nothing = separation(rng.normal(size=60), signs, seed=0)
    assert 0.3 < nothing.area < 0.7
    assert nothing.p_value > 0.05


def test_a_planted_cell_is_above_the_best_by_chance():
    rng = np.random.default_rng(4)
    signs = np.repeat([1, -1], 40)
    response = rng.normal(size=(80, 20))
    response[:, 7] += 3 * signs
    areas, null = cell_separations(response, signs, seed=0)
    assert np.flatnonzero(np.maximum(areas, 1 - areas) > null).tolist() == [7]


def planted():
    """Three kinds of words, each with cells of its own; the third lowers what the first raises."""
    rng = np.random.default_rng(5)
    kind = np.repeat([0, 1, 2], 20)
    response = rng.normal(size=(60, 18)) * 0.05
    response[kind == 0, :9] += 1
    response[kind == 1, 9:] += 1
    response[kind == 2, :9] -= 1
    return response, kind


def test_planted_clusters_are_found_with_their_cells():
    response, kind = planted()
    clusters = co_clusters([response] * 4, seed=0)
    labels = [str(one) for one in kind]
    assert purity(clusters.words, labels) == 1.0
    assert clusters.stability > clusters.by_chance
    for one in range(3):
        (cluster,) = set(clusters.words[kind == one].tolist()) if clusters.count == 3 else (None,)
        if cluster is not None:
            own = {0: range(9), 1: range(9, 18), 2: range(18, 27)}[one]
            assert set(np.flatnonzero(clusters.cells == cluster)) >= set(own)
    assert agreement([rising_and_falling(response)] * 4, 3, seed=0) == pytest.approx(1.0)


def test_purity_by_hand():
    clusters = np.array([0, 0, 0, 1, 1])
    assert purity(clusters, ["a", "a", "b", "b", "b"]) == pytest.approx(4 / 5)
    assert purity_by_chance(clusters, ["a"] * 5, seed=0) == 1.0
    assert rising_and_falling(np.array([[2.0, -3.0]]))[0] == pytest.approx([2, 0, 0, 3], abs=1e-8)


def test_draws_are_of_other_states_and_agree_where_states_do_not_matter():
    made = net("GRU", hidden=8)
    rng = np.random.default_rng(6)
    h, symbols = rng.normal(size=(300, 8)), np.tile(np.arange(7), 2)
    draws = Draws.of(made, h, h, symbols, contexts=40, seed=0)
    assert len(draws.every) == 10
    assert not np.allclose(draws.every[0], draws.every[1])
    assert draws.shown is draws.every[0]
    assert 0.5 < draws.stability < 1
    alike = Draws.of(made, np.repeat(h[:1], 300, 0), np.repeat(h[:1], 300, 0), symbols, contexts=40, seed=0)
    assert alike.stability == pytest.approx(1)
    found = clustered(draws, list("aabbccc" * 2), seed=0)
    assert found.response.shape == (14, 8)
    assert len(found.half_cells) == 16
    assert found.quality.seeds == 10
    assert found.quality.response == draws.stability


def test_purity_by_chance_is_that_of_shuffled_labels():
    rng = np.random.default_rng(7)
    clusters, labels = rng.integers(0, 4, 60), list(rng.choice(list("abc"), 60))
    shuffles = np.random.default_rng(0)
    numbers = np.unique(labels, return_inverse=True)[1]
    slow = [purity(clusters, [str(one) for one in shuffles.permutation(numbers)]) for _ in range(1000)]
    assert purity_by_chance(clusters, labels, seed=0) == pytest.approx(np.quantile(slow, 0.95))
