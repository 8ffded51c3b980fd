"""Statistics of cells against what is found slowly, one cell at a time; and which cells have a page."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent.cell import net_of
from atlas.chapters.recurrent.cell_statistics import BEFORE, EFFECTS, PEAKS, study_cell_statistics
from atlas.chapters.recurrent.figures.cell import concept_scores, named_cells, score_sentence
from atlas.chapters.recurrent.pages.cell import runs
from atlas.chapters.recurrent.source import SourceFile
from atlas.chapters.recurrent.texts import halves, held_out_texts
from atlas.chapters.recurrent.trace import states
from atlas.networks.modules.recurrent import Recurrent
from atlas.networks.recurrent import ALPHABET
from tests.fixtures.recurrent import LINES, make_recurrent


@pytest.fixture(scope="module")
def texts():
    files = [SourceFile(f"module{number}.py", LINES.format(number) * 4) for number in range(400)]
    return held_out_texts([file for file in files if file.held_out][:8], characters=600)


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    size = len(ALPHABET)
    return net_of(Recurrent("LSTM", symbols=size, embedding=6, hidden=20, outputs=size).eval())


@pytest.fixture(scope="module")
def found(net, texts):
    return study_cell_statistics(net, texts)


def read(net, texts):
    """(c, h) [T, H] of every character but the last of each text, one text alone at a time."""
    every = [states(net, [text.symbols])[0] for text in texts]
    return [c[1:-1] for _, c in every], [h[1:-1] for h, _ in every]


def test_passages_hold_the_extremes_of_different_files(net, texts, found):
    _, b = halves(texts)
    values, _ = read(net, b)
    peaks, scale = found.peaks, found.distribution.scale
    for cell in (0, 7, 19):
        tops = sorted((float(one[:, cell].max()) for one in values), reverse=True)[:PEAKS]
        lows = sorted(float(one[:, cell].min()) for one in values)[:PEAKS]
        assert peaks.extreme[cell] == pytest.approx([*tops, *lows], abs=1e-5)
        for row, number in enumerate(peaks.text[cell].tolist()):
            first, peak = int(peaks.place[cell, row]), int(peaks.peak[cell, row])
            length = peaks.symbols.shape[2]
            shown = "".join(ALPHABET[symbol] for symbol in peaks.symbols[cell, row].tolist())
            assert shown == b[number].text[first : first + length]
            assert values[number][first + peak, cell] == pytest.approx(peaks.extreme[cell, row], abs=1e-5)
            assert peak == BEFORE or first in (0, len(b[number]) - 1 - length)
            share = peaks.values[cell, row, peak] / 127 * scale[cell]
            assert abs(share) <= abs(peaks.extreme[cell, row]) + scale[cell] / 127
        for side in (slice(PEAKS), slice(PEAKS, None)):
            assert len(set(peaks.text[cell, side].tolist())) == PEAKS


def test_effects_are_changes_of_the_logits(net, texts, found):
    _, b = halves(texts)
    deviation = np.concatenate(read(net, b)[1]).std(0)
    for cell in (0, 11):
        moved = np.zeros(20)
        moved[cell] = deviation[cell]
        change = net.outputs(moved) - net.outputs(np.zeros(20))
        change -= change.mean()
        assert found.effects[cell] == pytest.approx(change[found.affected[cell]], abs=1e-5)
        order = np.argsort(-change)
        assert found.effects[cell, :EFFECTS] == pytest.approx(change[order[:EFFECTS]], abs=1e-5)
        assert found.effects[cell, EFFECTS:] == pytest.approx(change[order[::-1][:EFFECTS]], abs=1e-5)


def test_similar_cells_are_the_most_correlated_cells(net, texts, found):
    whole = np.concatenate(read(net, halves(texts)[1])[0]).astype(np.float64)
    for cell in (0, 5):
        own = [0.0 if other == cell else np.corrcoef(whole[:, cell], whole[:, other])[0, 1] for other in range(20)]
        assert found.correlation[cell] == pytest.approx(np.array(own)[found.similar[cell]], abs=1e-5)
        assert np.abs(found.correlation[cell]).min() >= sorted(np.abs(own))[-5] - 1e-5
        assert cell not in found.similar[cell]


def test_histograms_hold_every_value(net, texts, found):
    whole = np.concatenate(read(net, halves(texts)[1])[0])
    assert (found.distribution.counts.sum(1) == len(whole)).all()
    assert found.distribution.edges[3] == pytest.approx([whole[:, 3].min(), whole[:, 3].max()], abs=1e-6)
    assert found.distribution.positive == pytest.approx((whole > 0).mean(0))


def test_cells_that_the_chapter_names_have_a_page():
    for network in make_recurrent():
        cells = named_cells(network)
        assert list(cells) == sorted(set(cells))
        assert len(cells) == network.pages == 12
        winners = {finding.cell for finding in network.cells.concepts}
        assert winners <= set(cells)
        assert int(network.gates.memory.argmax()) in cells
        assert named_cells(replace(network, pages=len(winners))) == tuple(sorted(winners))
        assert named_cells(replace(network, pages=network.spec.cells)) == tuple(range(network.spec.cells))


def test_a_cell_is_said_to_beat_chance_only_where_it_does():
    network = make_recurrent()[0]
    cell = named_cells(network)[0]
    best = concept_scores(network, cell)[0]
    for null, words in ((best.score - 0.01, ", above the chance level"), (best.score, ", not above the chance level")):
        concepts = tuple(replace(finding, null_p95=null) for finding in network.cells.concepts)
        said = score_sentence(replace(network, cells=replace(network.cells, concepts=concepts)), cell)
        assert words in said


def test_stretches_of_a_colour_keep_the_code_and_frame_one_character():
    found = list(runs("if a:\n", np.array([0.0, 0.01, 0.9, 0.95, -0.5, -1.0]), 3))
    assert "".join(text for text, *_ in found) == "if a:↵\n"
    assert found == [("if", 0, False), (" ", 8, False), ("a", 8, True), (":", -4, False), ("↵\n", -8, False)]
    assert [level for _, level, _ in runs("if a", np.array([0.2, 0.3, 0.7, 0.8]), 9)] == [0, 4, 8]
    tokens = list(runs(["if", " ", "a:", "\n  "], np.array([1.0, 1.0, 1.0, 0.0]), 2))
    assert tokens == [("if ", 8, False), ("a:", 8, True), ("↵\n  ", 0, False)]
