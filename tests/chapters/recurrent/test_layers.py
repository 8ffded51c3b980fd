"""Stacked and rectified networks, and encoders of two directions: replay, gates, held cells, expected response and relevance against
torch and slow derivations.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent.ablation import Stretch, extra_losses
from atlas.chapters.recurrent.attribution import gradient_x_input
from atlas.chapters.recurrent.cell import GATES, net_of
from atlas.chapters.recurrent.relevance import propagate
from atlas.chapters.recurrent.response import expected_response
from atlas.chapters.recurrent.trace import cell_traces, replay_error, replay_net, states
from atlas.networks.modules.recurrent import Recurrent

KINDS = [("LSTM", False), ("GRU", False), ("RNN", False), ("RNN", True)]
SYMBOLS = np.array([3, 1, 4, 1, 5, 9, 2, 6])
HIDDEN = 5


def module(kind, rectified, *, layers=2, dtype=torch.float64, directions=1):
    torch.manual_seed(3)
    made = Recurrent(
        kind, symbols=10, embedding=4, hidden=HIDDEN, outputs=10 if directions == 1 else 0, layers=layers, rectified=rectified,
        directions=directions,
    ).double()  # fmt: skip
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return made.to(dtype).eval().requires_grad_(False)


def torch_states(made):
    """[T, H] of all layers: those of layer k are what a torch network of the k lowest layers gives out."""
    found = []
    for layers in range(1, made.cell.num_layers + 1):
        kind = {"nonlinearity": made.cell.nonlinearity} if isinstance(made.cell, torch.nn.RNN) else {}
        kind["bidirectional"] = made.directions == 2
        cut = type(made.cell)(4, HIDDEN, num_layers=layers, batch_first=True, **kind).to(made.embed.weight.dtype)
        state = made.cell.state_dict()
        cut.load_state_dict({key: state[key] for key in state if int(key.removesuffix("_reverse")[-1]) < layers})
        with torch.no_grad():
            found.append(cut(made.embed(torch.from_numpy(SYMBOLS)[None]))[0][0].numpy())
    return np.concatenate(found, 1)


@pytest.mark.parametrize(("kind", "rectified"), KINDS)
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize(("dtype", "near"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_replay_is_the_forward_pass_of_every_layer(kind, rectified, layers, dtype, near):
    made = module(kind, rectified, layers=layers, dtype=dtype)
    net, trace = net_of(made), replay_net(net_of(made), SYMBOLS)
    assert trace.h.shape == (len(SYMBOLS), layers * HIDDEN) == (len(SYMBOLS), net.hidden)
    assert np.abs(trace.h - torch_states(made)).max() < near
    assert replay_error(made, SYMBOLS, trace) < near
    outputs = made(torch.from_numpy(SYMBOLS)[None])[0][0].numpy()
    assert np.abs(net.outputs(trace.h) - outputs).max() < 10 * near
    for text, (h, c) in zip((SYMBOLS, SYMBOLS[:3]), states(net, [SYMBOLS, SYMBOLS[:3]]), strict=True):
        assert np.allclose(h, trace.h[: len(text)], atol=near)
        assert np.allclose(c, trace.c[: len(text)], atol=near)


@pytest.mark.parametrize(("kind", "rectified"), KINDS)
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize(("dtype", "near"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_an_encoder_of_two_directions_reads_as_torch_does(kind, rectified, layers, dtype, near):
    made = module(kind, rectified, layers=layers, dtype=dtype, directions=2)
    net, trace = net_of(made), replay_net(net_of(made), SYMBOLS)
    assert trace.h.shape == (len(SYMBOLS), 2 * layers * HIDDEN) == (len(SYMBOLS), net.hidden)
    assert not net.predicts
    assert np.abs(trace.h - torch_states(made)).max() < near
    assert replay_error(made, SYMBOLS, trace) < near
    texts = [SYMBOLS, SYMBOLS[:3], SYMBOLS[2:7]]
    for text, (h, c) in zip(texts, states(net, texts), strict=True):  # each is turned by itself
        alone = replay_net(net, text)
        assert np.allclose(h, alone.h, atol=near)
        assert np.allclose(c, alone.c, atol=near)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_gates_of_cells_that_read_from_the_end_are_those_of_the_text_turned_round(kind):
    net = net_of(module(kind, False, layers=1, directions=2))
    whole = replay_net(net, SYMBOLS)
    [alone] = cell_traces(replace(net, cell=net.above[0], above=(), directions=1), net.embed[SYMBOLS[::-1]])
    for gate in GATES[kind]:
        assert np.array_equal(whole.gates[gate][:, HIDDEN:], alone.gates[gate][::-1])
    assert np.array_equal(whole.c[:, HIDDEN:], alone.c[::-1])


@pytest.mark.parametrize(("directions", "place"), [(1, (-1, 0)), (2, (-1, 0)), (2, (0, HIDDEN)), (2, (3, -1))])
def test_a_replay_of_other_states_is_found_out(directions, place):
    made = module("GRU", False, directions=directions)
    trace = replay_net(net_of(made), SYMBOLS)
    assert replay_error(made, SYMBOLS, trace) < 1e-12
    trace.h[place] += 0.01  # also of the lower layer, whose states torch gives out at the end of each direction only
    assert replay_error(made, SYMBOLS, trace) == pytest.approx(0.01)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_gates_of_the_upper_layer_are_those_of_a_slow_derivation(kind):
    made = module(kind, False)
    net = net_of(made)
    lower, upper = cell_traces(net, net.embed[SYMBOLS])
    cell, whole = net.above[0], replay_net(net, SYMBOLS)
    logistic = lambda value: 1 / (1 + np.exp(-value))  # noqa: E731
    h = np.zeros(HIDDEN)
    for t in range(len(SYMBOLS)):
        for block, gate in enumerate(GATES[kind]):
            for j in range(HIDDEN):
                row = block * HIDDEN + j
                given = sum(cell.w_in[row, k] * lower.h[t, k] for k in range(HIDDEN)) + cell.b_in[row]
                kept = sum(cell.w_rec[row, k] * h[k] for k in range(HIDDEN)) + cell.b_rec[row]
                if gate == "candidate":
                    value = np.tanh(given + (upper.gates["reset"][t, j] if kind == "GRU" else 1) * kept)
                else:
                    value = logistic(given + kept)
                assert whole.gates[gate][t, HIDDEN + j] == pytest.approx(value, abs=1e-12)
        h = upper.h[t]


@pytest.mark.parametrize(("kind", "rectified"), KINDS)
def test_the_ledger_closes_through_all_layers(kind, rectified):
    made, direction = module(kind, rectified, layers=3), np.linspace(-1, 1, 10)
    net = net_of(made)
    ledger = propagate(net, SYMBOLS, direction)
    outputs, _ = made(torch.from_numpy(SYMBOLS)[None])
    assert ledger.score == pytest.approx(float(outputs[0, -1] @ torch.from_numpy(direction)), abs=1e-10)
    assert abs(ledger.residual) < 1e-8
    assert ledger.initial == 0
    start = np.linspace(-0.5, 0.5, net.hidden)
    begun = propagate(net, SYMBOLS[:2], direction, h=start, c=start)
    assert abs(begun.initial) > 1e-6
    assert abs(begun.residual) < 1e-8


def test_relevance_of_a_rectified_stack_without_biases_is_gradient_times_input():
    """There LRP without a stabilizer and gradient x input are the same thing: the network is linear where it stands."""
    made, direction = module("RNN", True), np.linspace(-1, 1, 10)
    for name, parameter in made.named_parameters():
        if "bias" in name:
            parameter.zero_()
    ledger = propagate(net_of(made), SYMBOLS, direction, epsilon=1e-13)
    expected = gradient_x_input(made, SYMBOLS, direction)
    assert np.abs(expected).max() > 0.01
    assert np.allclose(ledger.inputs, expected, atol=1e-8)


@pytest.mark.parametrize(("kind", "rectified"), KINDS)
def test_a_held_cell_of_any_layer_costs_what_a_slow_reading_says(kind, rectified):
    made = module(kind, rectified, dtype=torch.float32)
    net, rng = net_of(made), np.random.default_rng(0)
    means = rng.normal(size=net.hidden).astype(np.float32)
    zero = np.zeros(net.hidden, np.float32)
    cells = [2, HIDDEN + 1, 2 * HIDDEN - 1]
    found = extra_losses(net, [Stretch(SYMBOLS, zero, zero)], means, cells)
    plain = slow_losses(net, None, means)
    for row, cell in zip(found, cells, strict=True):
        assert np.allclose(row, slow_losses(net, cell, means) - plain, atol=1e-5)
        assert np.abs(row).max() > 1e-3


def slow_losses(net, held, means):
    from atlas.chapters.recurrent.cell import step

    h, c = ([np.zeros(HIDDEN) for _ in net.cells] for _ in "hc")
    found = []
    for read, following in pairwise(SYMBOLS):
        x = net.embed[read]
        for layer, cell in enumerate(net.cells):
            now = step(cell, x, h[layer], c[layer])
            state, memory = now.h.copy(), now.c.copy()
            if held is not None and held // HIDDEN == layer:
                memory[held % HIDDEN] = means[held]
                state = now.gates["output"] * np.tanh(memory) if cell.kind == "LSTM" else memory
            h[layer], c[layer], x = state, memory, state
        logits = net.outputs(np.concatenate(h))
        found.append(np.logaddexp.reduce(logits) - logits[following])
    return np.array(found)


@pytest.mark.parametrize(("kind", "rectified"), KINDS)
def test_the_expected_response_is_that_of_one_more_symbol(kind, rectified):
    made = module(kind, rectified)
    net = net_of(made)
    before = replay_net(net, SYMBOLS)
    response = expected_response(net, before.h[-1:], before.c[-1:], np.array([7]))
    after = replay_net(net, np.append(SYMBOLS, 7))
    assert np.allclose(response[0], after.h[-1] - before.h[-1], atol=1e-12)


@pytest.mark.parametrize(("kind", "rectified"), KINDS)
@pytest.mark.parametrize("place", [0, 3, len(SYMBOLS) - 1])
def test_a_reaction_between_two_directions_is_that_of_a_symbol_put_in(kind, rectified, place):
    """Of one layer exactly: what stands around the new symbol is the same with and without it."""
    net = net_of(module(kind, rectified, layers=1, directions=2))
    before = replay_net(net, SYMBOLS)
    h, c = (net.between(states)[place] for states in (before.h, before.c))
    after = replay_net(net, np.insert(SYMBOLS, place + 1, 7)).h[place + 1]
    response = expected_response(net, h[None], c[None], np.array([7]))
    assert np.allclose(response[0], after - h, atol=1e-12)
    assert np.array_equal(h[:HIDDEN], before.h[place, :HIDDEN])


def test_the_upper_layer_reacts_to_both_halves_of_the_lower_one():
    from atlas.chapters.recurrent.cell import step

    net = net_of(module("LSTM", False, directions=2))
    before = replay_net(net, SYMBOLS)
    h, c = (net.by_cell(net.between(states)[2]) for states in (before.h, before.c))
    lower = [step(cell, net.embed[7], h[place], c[place]).h for place, cell in enumerate(net.cells[:2])]
    upper = [
        step(cell, np.concatenate(lower), h[2 + place], c[2 + place]).h for place, cell in enumerate(net.cells[2:])
    ]
    response = expected_response(net, np.concatenate(h)[None], np.concatenate(c)[None], np.array([7]))
    assert np.allclose(response[0], np.concatenate([*lower, *upper]) - np.concatenate(h), atol=1e-12)
