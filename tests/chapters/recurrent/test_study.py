"""The studies end to end on a small untrained network: shapes, alignment, and quantities that are known by other means."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent import cell_study
from atlas.chapters.recurrent.baseline_study import Baselines
from atlas.chapters.recurrent.cell import net_of
from atlas.chapters.recurrent.cell_study import STREAMS, study_cells, study_gates
from atlas.chapters.recurrent.concepts import CONCEPTS
from atlas.chapters.recurrent.context_study import study_context_lengths
from atlas.chapters.recurrent.passage_study import study_passages
from atlas.chapters.recurrent.relevance import propagate
from atlas.chapters.recurrent.relevance_study import CANCEL, EPSILONS, decisions, settled_epsilon, study_relevances
from atlas.chapters.recurrent.source import SourceFile
from atlas.chapters.recurrent.texts import StoredTexts, held_out_texts, read_b
from atlas.chapters.recurrent.trace import replay, states
from atlas.core.errors import ProbeError
from atlas.core.pack import pack, unpack
from atlas.networks.modules.recurrent import Recurrent
from atlas.networks.recurrent import ALPHABET

LINES = '''def name{0}(argument, other=(1, 2)):
    """Say what it does."""
    # a comment
    if argument is not None:
        return "a rather long string" + str(argument)
    return [argument, other, {0}]

'''


def files():
    found = [SourceFile(f"module{number}.py", LINES.format(number) * 4) for number in range(400)]
    return [file for file in found if file.held_out][:8]


@pytest.fixture(scope="module")
def texts():
    return held_out_texts(files(), characters=600)


def network(kind="LSTM"):
    torch.manual_seed(0)
    size = len(ALPHABET)
    return Recurrent(kind, symbols=size, embedding=6, hidden=60, outputs=size).eval().requires_grad_(False)


def test_texts_survive_the_store(texts):
    stored = unpack(StoredTexts, *pack(StoredTexts.of(texts, python="3.11", digest="d1")))
    assert (stored.library.python, stored.library.digest) == ("3.11", "d1")
    for one, two in zip(texts, stored.texts, strict=True):
        assert one.path == two.path
        assert np.array_equal(one.symbols, two.symbols)
        assert np.array_equal(one.pairs, two.pairs)
        assert np.array_equal(one.quotes, two.quotes)
        assert all(np.array_equal(one.labels[c.name], two.labels[c.name]) for c in CONCEPTS)


def test_half_b_comes_with_its_own_states(texts):
    net = net_of(network())
    b, read = read_b(net, texts)
    assert [text.path for text in b] == [text.path for text in texts[1::2]]
    for text, (h, c) in zip(b, read, strict=True):
        alone = replay(net.cell, net.embed[text.symbols])
        assert np.allclose(h, alone.h, atol=1e-5) and np.allclose(c, alone.c, atol=1e-5)


def test_rows_and_what_follows_are_aligned(texts):
    text = texts[0]
    assert text.text == files()[0].text[:600]
    net = net_of(network())
    trace = replay(net.cell, net.embed[text.symbols])
    alone = replay(net.cell, net.embed[text.symbols[:6]])  # the start mark and five characters
    assert np.allclose(text.rows(trace.h)[4], alone.h[-1], atol=1e-6)
    assert ALPHABET[text.following[4]] == text.text[5]
    assert len(text.rows(trace.h)) == len(text.following) == len(text) - 1


def test_too_few_files():
    with pytest.raises(ProbeError, match="Only 2 held-out"):
        held_out_texts(files()[:2], characters=600)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_cells_and_gates(texts, kind):
    net = net_of(network(kind))
    study = study_cells(net, texts, seed=0)
    assert study.scores_a.shape == study.scores_b.shape == (60, len(CONCEPTS))
    assert study.shifts >= 200
    names = {one.concept for one in study.concepts}
    assert {"string", "comment", "depth", "column"} <= names
    for one in study.concepts:
        assert 0.5 <= one.chosen_score <= 1
        assert 0 <= one.score <= 1
        assert 0 < one.p_value <= 1
        assert one.ablation is None or one.ablation.peers == 50
        column = [concept.name for concept in CONCEPTS].index(one.concept)
        on_a, on_b = study.scores_a[:, column], study.scores_b[:, column]
        assert np.nanargmax(np.abs(on_a - 0.5)) == one.cell
        score = on_b[one.cell]
        assert (score if one.sign > 0 else 1 - score) == pytest.approx(one.score, abs=1e-6)
    gates = study_gates(net, texts)
    assert gates.memory.shape == (60,)
    assert len(gates.gates) == {"LSTM": 3, "GRU": 2, "RNN": 0}[kind]
    assert (gates.closed is None) == (gates.keeping is None) == (kind == "RNN")


def test_ablated_cells_are_labelled_where_they_are_judged(texts):
    net = net_of(network())
    read = states(net, [text.symbols for text in texts])
    extra, labels = cell_study._ablate(net, texts, read, np.zeros(60, np.float32), [3, 50])
    assert extra.shape == (60, len(labels["string"]))
    assert np.flatnonzero(np.isfinite(extra).all(1)).tolist() == [3, 50]
    longest = min(range(len(texts)), key=lambda number: (-len(texts[number]), number))
    middle = len(texts[longest]) // 2
    piece = labels["column"][: extra.shape[1] // min(len(texts), STREAMS)]
    assert np.array_equal(piece, texts[longest].labels["column"][middle - 1 : middle - 1 + len(piece)])


def test_context_lengths(texts):
    module = network("GRU")
    count = sum(len(text) - 1 for text in texts)
    baselines = Baselines(np.full(count, 2.0), np.arange(count) % 2 == 0, order=7, by_order=(3.0, 2.0))
    study = study_context_lengths(module, texts, baselines, places=40, seed=0)
    assert study.baseline == 2
    assert study.by_order == (3.0, 2.0)
    assert study.characters == count
    assert study.context.whole == pytest.approx(study.loss, abs=0.2)
    assert study.context.loss[-1] == pytest.approx(study.context.whole, abs=1e-2)  # an untrained one forgets
    assert sum(row.of_loss for row in study.kinds) == pytest.approx(1)
    errors = study.errors
    assert sum(row.errors for row in errors.causes) == errors.count > 0
    assert sum(row.of_errors for row in errors.causes) == pytest.approx(1)
    assert errors.causes[0].errors == 0  # two nats everywhere: the baseline is never sure
    (first, *_) = study.closings["bracket"]
    assert first.low <= first.mean <= first.high


def test_decisions_are_closing_signs_in_view_of_their_opening_ones(texts):
    chosen = decisions(texts[1::2], least=10, most=60)
    assert len(chosen) >= 2
    for one in chosen:
        opening, right = ALPHABET[one.symbols[one.opening]], ALPHABET[one.right]
        assert opening + right in ("()", "[]", "{}", '""', "''")
        assert one.direction @ np.ones(len(ALPHABET)) == pytest.approx(0)
        assert one.direction[one.right] == pytest.approx(1 - 1 / len(ALPHABET))


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_relevance_of_decisions(texts, kind):
    study = study_relevances(network(kind), texts, seed=0)
    assert study.decisions
    for one in study.decisions:
        explanation, conservation = one.explanation, one.explanation.conservation
        assert abs(conservation.residual) < 1e-8
        assert conservation.epsilon == study.epsilon
        assert ALPHABET[one.symbols[one.opening]] in "([{\"'"
        assert ALPHABET[one.right] in ")]}\"'"
        assert explanation.incompleteness < 1e-3
        curves = explanation.curves
        starts, ends = ({round(float(values[end]), 4) for values in curves.values()} for end in (0, -1))
        assert len(starts) == len(ends) == 1  # nothing is taken away, then everything
        assert starts.pop() == pytest.approx(conservation.score, abs=1e-4)
        assert explanation.deletion["lrp"] == pytest.approx(curves["lrp"].mean() - curves["random order"].mean())


def test_the_stabilizer_grows_until_no_relevances_cancel(texts):
    net = net_of(network("RNN").double())
    loud = replace(net, cell=replace(net.cell, w_rec=6 * net.cell.w_rec))  # its entries grow from step to step
    chosen = decisions(texts[1::2], least=10, most=60)
    assert settled_epsilon(net, chosen) == EPSILONS[0]
    found = settled_epsilon(loud, chosen)
    assert found > EPSILONS[0]
    accounts = {
        epsilon: [propagate(loud, one.symbols, one.direction, epsilon=epsilon) for one in chosen]
        for epsilon in EPSILONS
    }
    cancels = {e: any(one.absolute_sum > CANCEL * abs(one.score) for one in of) for e, of in accounts.items()}
    assert found == next((e for e in EPSILONS if not cancels[e]), EPSILONS[-1])


@pytest.mark.parametrize("kind", ["LSTM", "RNN"])
def test_passages(texts, kind):
    module = network(kind)
    net = net_of(module)
    study = study_passages(module, texts)
    assert study.replay < 1e-10
    length = len(study.symbols)
    assert sum(study.lengths) == length
    assert study.c.shape == study.h.shape == (length, 60)
    text = next(text for text in texts if text.path == study.paths[0])
    first, many = study.firsts[0], study.lengths[0]
    trace = replay(net.cell, net.embed[text.symbols])
    assert np.array_equal(study.symbols[:many], text.symbols[first + 1 : first + 1 + many])
    shown = study.c[:many] / 127 * study.scale
    assert np.abs(shown - trace.c[first + 1 : first + 1 + many]).max() < 0.2 * study.scale.max()
    assert np.abs(study.h[:many] / 127 - trace.h[first + 1 : first + 1 + many]).max() < 0.005
    best = net.outputs(trace.h[first + 1 : first + 1 + many]).argmax(1)
    assert np.array_equal(study.likely[:many, 0], best)
