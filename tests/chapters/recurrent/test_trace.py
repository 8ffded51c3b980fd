"""The replay in numpy is what torch computes, for every kind of cell, in both precisions."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent.cell import GATES, net_of
from atlas.chapters.recurrent.trace import losses, replay, states
from atlas.networks.modules.recurrent import Recurrent

KINDS = ["LSTM", "GRU", "RNN"]


def network(kind, hidden=12):
    torch.manual_seed(0)
    module = Recurrent(kind, symbols=20, embedding=5, hidden=hidden, outputs=20)
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.25)  # a strong random RNN is chaotic: rounding grows
    return module.eval().requires_grad_(False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
def test_replay_equals_the_forward_pass(kind, dtype, tolerance):
    module = network(kind).to(getattr(torch, dtype))
    symbols = np.random.default_rng(0).integers(0, 20, 200)
    net = net_of(module)
    trace = replay(net.cell, net.embed[symbols])
    hidden, last = module.cell(module.embed(torch.from_numpy(symbols)[None]))
    outputs, _ = module(torch.from_numpy(symbols)[None])
    assert np.abs(trace.h - hidden[0].numpy()).max() < tolerance
    assert np.abs(net.outputs(trace.h) - outputs[0].numpy()).max() < 10 * tolerance
    if kind == "LSTM":
        assert np.abs(trace.c[-1] - last[1][0, 0].numpy()).max() < tolerance


@pytest.mark.parametrize("kind", KINDS)
def test_gates_explain_the_state(kind):
    net = net_of(network(kind).double())
    symbols = np.arange(20)
    trace = replay(net.cell, net.embed[symbols])
    assert tuple(trace.gates) == GATES[kind]
    before = np.vstack([np.zeros(12), trace.c[:-1]])
    g = trace.gates
    if kind == "LSTM":
        assert np.allclose(trace.c, g["forget"] * before + g["input"] * g["candidate"])
        assert np.allclose(trace.h, g["output"] * np.tanh(trace.c))
    if kind == "GRU":
        assert np.allclose(trace.h, g["update"] * before + (1 - g["update"]) * g["candidate"])


@pytest.mark.parametrize("kind", KINDS)
def test_texts_side_by_side_do_not_mix(kind):
    net = net_of(network(kind))
    texts = [np.arange(7), np.arange(19, 2, -1), np.array([3])]
    for text, (h, c) in zip(texts, states(net, texts), strict=True):
        alone = replay(net.cell, net.embed[text])
        assert np.allclose(h, alone.h, atol=1e-6)
        assert np.allclose(c, alone.c, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_may_be_read_in_two_parts(kind):
    net = net_of(network(kind).double())
    inputs = net.embed[np.arange(20)]
    whole = replay(net.cell, inputs)
    first = replay(net.cell, inputs[:8])
    rest = replay(net.cell, inputs[8:], h=first.h[-1], c=first.c[-1])
    assert np.allclose(whole.h[8:], rest.h, atol=1e-12)


def test_losses_are_cross_entropy():
    module = network("LSTM")
    net, symbols = net_of(module), torch.arange(20)
    outputs, _ = module(symbols[None])
    expected = torch.nn.functional.cross_entropy(outputs[0, :-1], symbols[1:], reduction="none")
    trace = replay(net.cell, net.embed[symbols.numpy()])
    assert np.allclose(losses(net, trace.h[:-1], symbols[1:].numpy()), expected.numpy(), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_texts_are_read_once_and_others_anew(kind):
    net, texts = net_of(network(kind)), [np.arange(7), np.arange(19, 2, -1)]
    first = states(net, texts)
    assert states(net, [text.copy() for text in texts]) is first
    with pytest.raises(ValueError, match="read-only"):
        first[0][0][:] = 0
    other = replace(net, cell=replace(net.cell, b_in=net.cell.b_in + 1))
    asked = [(other, texts), (net, texts[::-1]), (net, [texts[0][:-1], texts[1]]), (net.astype(np.float64), texts)]
    for changed, given in asked:
        for text, (h, _) in zip(given, states(changed, given), strict=True):
            assert np.allclose(h, replay(changed.cell, changed.embed[text]).h, atol=1e-6)
