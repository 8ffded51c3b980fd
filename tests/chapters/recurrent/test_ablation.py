"""Mean ablation: equal to the slow way, and a planted dependence is found."""

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent.ablation import Stretch, ablation_effect, extra_losses, peers_of
from atlas.chapters.recurrent.cell import net_of, step
from atlas.chapters.recurrent.gates import keeping_time, memory_length, rank_correlation, saturation
from atlas.chapters.recurrent.trace import losses
from atlas.networks.modules.recurrent import Recurrent


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_extra_losses_are_those_of_the_slow_way(kind):
    torch.manual_seed(0)
    net = net_of(Recurrent(kind, symbols=9, embedding=4, hidden=7, outputs=9))
    rng = np.random.default_rng(0)
    means = rng.normal(size=7).astype(np.float32)

    def state():
        h = rng.normal(size=7).astype(np.float32)
        return h, rng.normal(size=7).astype(np.float32) if kind == "LSTM" else h

    stretches = [Stretch(rng.integers(0, 9, 12), *state()) for _ in range(3)]
    found = extra_losses(net, stretches, means, [2, 5])
    assert found.shape == (2, 33)

    def read(stretch, ablated):
        h, c, seen = stretch.h, stretch.c, []
        for symbol in stretch.symbols[:-1]:
            now = step(net.cell, net.embed[symbol], h, c)
            h, c = now.h.copy(), now.c.copy()
            if ablated is not None and kind == "LSTM":
                c[ablated] = means[ablated]
                h[ablated] = now.gates["output"][ablated] * np.tanh(c[ablated])
            elif ablated is not None:
                h[ablated] = means[ablated]
            seen.append(h)
        return losses(net, np.array(seen), stretch.symbols[1:])

    for row, cell in enumerate([2, 5]):
        expected = np.concatenate([read(stretch, cell) - read(stretch, None) for stretch in stretches])
        assert np.allclose(found[row], expected, atol=1e-5)


def test_a_specific_cell_stands_out():
    rng = np.random.default_rng(0)
    extra, inside = rng.normal(0, 0.1, (80, 500)), np.arange(500) < 100
    extra[3, inside] += 2
    found = ablation_effect(extra, inside, cell=3, activity=np.ones(80))
    assert (found.percentile, found.peers) == (1.0, 50)
    assert found.inside == pytest.approx(2, abs=0.1)
    assert found.outside == pytest.approx(0, abs=0.1)
    assert ablation_effect(extra, inside, cell=4, activity=np.ones(80)).percentile < 1


def test_peers_are_the_most_alike_in_activity():
    extra = np.zeros((80, 4))
    extra[:10, :2] = 5  # ten very specific cells, but far more active ones
    inside, activity = np.array([True, True, False, False]), np.where(np.arange(80) < 10, 100.0, 1.0)
    extra[20, :2] = 1
    assert ablation_effect(extra, inside, cell=20, activity=activity).percentile == 1.0


def test_saturation_and_memory():
    gates = {"forget": np.array([[0.05, 0.95], [0.5, 0.95]]), "candidate": np.zeros((2, 2))}
    shut, opened = saturation(gates)["forget"]
    assert shut.tolist() == [0.5, 0]
    assert opened.tolist() == [0, 1]
    assert "candidate" not in saturation(gates)
    assert keeping_time(np.full((10, 1), 0.9))[0] == pytest.approx(-1 / np.log(0.9))
    assert rank_correlation(np.arange(5), np.arange(5) ** 3) == pytest.approx(1)


def test_memory_length_of_a_known_process():
    rng, kept = np.random.default_rng(0), np.array([0.0, 0.9, 0.98])
    values = np.zeros((60000, 3))
    for t in range(1, len(values)):
        values[t] = kept * values[t - 1] + rng.normal(size=3)
    found = memory_length(values)
    assert found[0] == 1
    assert found[1] == pytest.approx(-1 / np.log(0.9), rel=0.2)
    assert found[2] == pytest.approx(-1 / np.log(0.98), rel=0.25)
    assert memory_length(np.linspace(0, 1, 3000)[:, None])[0] == 200


def test_only_the_rows_of_the_cell_and_its_peers_are_looked_at():
    rng = np.random.default_rng(1)
    extra, activity = rng.normal(size=(90, 40)), np.arange(1.0, 91)
    inside = np.arange(40) < 10
    peers = peers_of(activity, 30, 50)
    assert 30 not in peers
    assert len(set(peers.tolist())) == 50
    whole = ablation_effect(extra, inside, cell=30, activity=activity)
    extra[np.setdiff1d(np.arange(90), [30, *peers])] = np.nan
    assert ablation_effect(extra, inside, cell=30, activity=activity) == whole


def test_blocks_of_cells_do_not_change_what_is_lost(monkeypatch):
    torch.manual_seed(1)
    net = net_of(Recurrent("GRU", symbols=9, embedding=4, hidden=7, outputs=9))
    rng = np.random.default_rng(1)
    h = rng.normal(size=7).astype(np.float32)
    stretches = [Stretch(rng.integers(0, 9, 10), h, h)]
    whole = extra_losses(net, stretches, np.zeros(7), range(7))
    monkeypatch.setattr("atlas.chapters.recurrent.ablation.TOGETHER", 2)
    assert np.allclose(extra_losses(net, stretches, np.zeros(7), range(7)), whole, atol=1e-6)
