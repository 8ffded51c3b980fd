"""LRP against a slow derivation entry by entry, in closed form on a linear cell, and conservation."""

import math

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent.attribution import (
    deletion,
    deletion_curves,
    gradient_x_input,
    incompleteness,
    integrated_gradients,
    occlusion,
)
from atlas.chapters.recurrent.cell import Cell, Net, net_of
from atlas.chapters.recurrent.relevance import propagate
from atlas.methods.attribution.deletion import deletion_areas
from atlas.networks.modules.recurrent import Recurrent

KINDS = ["LSTM", "GRU", "RNN"]
SYMBOLS = np.array([3, 1, 4, 1, 5, 9, 2, 6])


def module(kind, hidden=6):
    torch.manual_seed(3)
    made = Recurrent(kind, symbols=10, embedding=4, hidden=hidden, outputs=3).double()
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    return made.eval().requires_grad_(False)


@pytest.mark.parametrize("kind", KINDS)
def test_relevances_sum_to_the_score(kind):
    made = module(kind)
    direction = np.array([1.0, -1.0, 0.5])
    account = propagate(net_of(made), SYMBOLS, direction)
    outputs, _ = made(torch.from_numpy(SYMBOLS)[None])
    assert account.score == pytest.approx(float(outputs[0, -1] @ torch.from_numpy(direction)), abs=1e-10)
    assert abs(account.residual) < 1e-8
    assert account.initial == 0


@pytest.mark.parametrize("kind", KINDS)
def test_an_initial_state_has_its_relevance(kind):
    net = net_of(module(kind))
    h, c = np.linspace(-0.5, 0.5, 6), np.linspace(0.5, -1, 6)
    account = propagate(net, SYMBOLS[:2], np.array([1.0, 0, 0]), h=h, c=c if kind == "LSTM" else h)
    assert abs(account.initial) > 1e-3
    assert abs(account.residual) < 1e-8


@pytest.mark.parametrize("kind", KINDS)
def test_the_residual_of_a_long_text_is_rounding_of_the_absolute_sum(kind):
    """The plain network's relevances grow from step to step and cancel: no sum of float64 numbers can be closer than their grid."""
    account = propagate(net_of(module(kind, hidden=24)), np.tile(SYMBOLS, 8), np.array([1.0, -1.0, 0.5]))
    entries = [*account.inputs, account.bias, account.stabilizer, account.initial]
    assert account.absolute_sum == pytest.approx(sum(map(abs, entries)))
    assert abs(account.residual) < 1000 * np.spacing(account.absolute_sum)


def sign(z):
    return 1.0 if z >= 0 else -1.0


def slow(net, symbols, output, eps):
    """Arras et al. 2017, message by message, in plain Python."""
    cell, size = net.cell, net.cell.hidden
    logistic = lambda v: 1 / (1 + math.exp(-v))  # noqa: E731
    h, c, tape = [0.0] * size, [0.0] * size, []
    for symbol in symbols:
        x = [float(v) for v in net.embed[symbol]]
        given = [
            sum(w * v for w, v in zip(row, x, strict=True)) + b for row, b in zip(cell.w_in, cell.b_in, strict=True)
        ]
        kept = [
            sum(w * v for w, v in zip(row, h, strict=True)) + b for row, b in zip(cell.w_rec, cell.b_rec, strict=True)
        ]
        before = (list(h), list(c))
        for j in range(size):
            if cell.kind == "LSTM":
                i, f, g, o = (given[k * size + j] + kept[k * size + j] for k in range(4))
                c[j] = logistic(f) * before[1][j] + logistic(i) * math.tanh(g)
                h[j] = logistic(o) * math.tanh(c[j])
            elif cell.kind == "GRU":
                r, z = (logistic(given[k * size + j] + kept[k * size + j]) for k in range(2))
                h[j] = (1 - z) * math.tanh(given[2 * size + j] + r * kept[2 * size + j]) + z * before[0][j]
            else:
                h[j] = math.tanh(given[j] + kept[j])
        tape.append((x, *before, list(h), list(c), given, kept))
    score = sum(net.w_out[output][j] * h[j] for j in range(size)) + net.b_out[output]
    on_h = [h[j] * net.w_out[output][j] / (score + eps * sign(score)) * score for j in range(size)]
    on_c, found = [0.0] * size, []
    for x, h0, c0, h1, c1, given, kept in reversed(tape):
        next_h, next_c, on_x = [0.0] * size, [0.0] * size, 0.0
        for j in range(size):
            gate, row = 1.0, j
            if cell.kind == "LSTM":
                i, f, g, _ = (given[k * size + j] + kept[k * size + j] for k in range(4))
                relevance, total = on_h[j] + on_c[j], c1[j]
                next_c[j] += logistic(f) * c0[j] / (total + eps * sign(total)) * relevance
                relevance *= logistic(i) * math.tanh(g) / (total + eps * sign(total))
                row = 2 * size + j
            elif cell.kind == "GRU":
                gate, z = (logistic(given[k * size + j] + kept[k * size + j]) for k in range(2))
                row = 2 * size + j
                n = math.tanh(given[row] + gate * kept[row])
                relevance = on_h[j] * (1 - z) * n / (h1[j] + eps * sign(h1[j]))
                next_h[j] += on_h[j] * z * h0[j] / (h1[j] + eps * sign(h1[j]))
            else:
                relevance = on_h[j]
            total = given[row] + gate * kept[row]
            for k, value in enumerate(x):
                on_x += value * cell.w_in[row][k] / (total + eps * sign(total)) * relevance
            for k in range(size):
                next_h[k] += gate * h0[k] * cell.w_rec[row][k] / (total + eps * sign(total)) * relevance
        on_h, on_c = next_h, next_c
        found.append(on_x)
    return np.array(found[::-1])


@pytest.mark.parametrize("kind", KINDS)
def test_relevance_is_that_of_the_slow_derivation(kind):
    net = net_of(module(kind))
    account = propagate(net, SYMBOLS, np.array([0.0, 1.0, 0.0]))
    assert np.allclose(account.inputs, slow(net, SYMBOLS, 1, 1e-3), atol=1e-10)


def linear_net():
    """An RNN whose tanh does nothing: h_t = a h_(t-1) + w x_t, with numbers so small that tanh(x) = x."""
    tiny = 1e-6
    cell = Cell("RNN", np.array([[tiny, -2 * tiny]]), np.array([[0.5]]), np.zeros(1), np.zeros(1))
    embed = np.array([[1.0, 0.0], [0.0, 1.0], [3.0, 1.0]])
    return Net(embed, cell, np.array([[1 / tiny]]), np.zeros(1))


def test_a_linear_cell_in_closed_form():
    symbols = np.array([0, 1, 2, 0])
    expected = np.array([1.0, -2.0, 1.0, 1.0]) * 0.5 ** np.arange(3, -1, -1)
    account = propagate(linear_net(), symbols, np.ones(1), epsilon=0.0)
    assert np.allclose(account.inputs, expected, atol=1e-9)
    assert (account.bias, account.stabilizer) == (0, 0)


def test_all_methods_agree_on_a_linear_cell():
    net = linear_net()
    made = Recurrent("RNN", symbols=3, embedding=2, hidden=1, outputs=1).double().requires_grad_(False)
    made.load_state_dict({
        "embed.weight": torch.from_numpy(net.embed), "cell.weight_ih_l0": torch.from_numpy(net.cell.w_in),
        "cell.weight_hh_l0": torch.from_numpy(net.cell.w_rec), "cell.bias_ih_l0": torch.zeros(1),
        "cell.bias_hh_l0": torch.zeros(1), "head.weight": torch.from_numpy(net.w_out), "head.bias": torch.zeros(1),
    })  # fmt: skip
    symbols, one = np.array([0, 1, 2, 0]), np.ones(1)
    expected = propagate(net, symbols, one, epsilon=0.0).inputs
    for method in (gradient_x_input, integrated_gradients, occlusion):
        assert np.allclose(method(made, symbols, one), expected, atol=1e-6), method
    order = np.argsort(-expected)
    assert np.allclose(
        deletion(made, symbols, one, order),
        expected.sum() - np.concatenate([[0], np.cumsum(expected[order])]),
        atol=1e-6,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_integrated_gradients_are_complete(kind):
    made, direction = module(kind), np.array([1.0, 0.0, 0.0])
    given = integrated_gradients(made, SYMBOLS, direction)
    assert incompleteness(made, SYMBOLS, direction, given) < 1e-6
    assert incompleteness(made, SYMBOLS, direction, given + 1) > 0.1


def test_occlusion_takes_one_symbol_away():
    made, direction = module("LSTM"), np.array([1.0, 0.0, 0.0])
    embedded = made.embed(torch.from_numpy(SYMBOLS))[None]
    without = embedded.clone()
    without[0, 2] = 0
    full, less = (float(made.head(made.cell(each)[0][0, -1])[0]) for each in (embedded, without))
    assert occlusion(made, SYMBOLS, direction)[2] == pytest.approx(full - less, abs=1e-12)


def test_deletion_by_the_best_order_beats_chance():
    made, direction = module("RNN"), np.array([1.0, 0.0, 0.0])
    given = occlusion(made, SYMBOLS, direction)
    areas = deletion_areas(deletion_curves(made, SYMBOLS, direction, {"occlusion": given, "reversed": -given}, seed=0))
    assert set(areas) == {"occlusion", "reversed"}
    assert areas["occlusion"] < 0 < areas["reversed"]


def test_a_deletion_curve_goes_in_equal_parts():
    made, direction, symbols = module("GRU"), np.array([1.0, 0.0, 0.0]), np.tile(SYMBOLS, 5)
    values = np.arange(40.0)
    curve = deletion_curves(made, symbols, direction, {"last first": values}, seed=0)["last first"]
    whole = deletion(made, symbols, direction, np.arange(40)[::-1])
    assert len(curve) == 17
    assert curve == pytest.approx(whole[np.rint(np.linspace(0, 40, 17)).astype(int)])
