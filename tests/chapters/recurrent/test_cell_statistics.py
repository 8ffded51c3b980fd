"""Profiles of cells against what is found slowly, one cell at a time; and which cells have a page."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent.cell import net_of
from atlas.chapters.recurrent.cell_statistics import BEFORE, PEAKS, PUSHED, study_profiles
from atlas.chapters.recurrent.figures.cell import named_cells, telling_sentence, tellings
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
    return study_profiles(net, texts)[0]


def read(net, texts):
    """(c, h) [T, H] of every character but the last of each text, one text alone at a time."""
    every = [states(net, [text.symbols])[0] for text in texts]
    return [c[1:-1] for _, c in every], [h[1:-1] for h, _ in every]


def test_passages_hold_the_extremes_of_different_files(net, texts, found):
    _, b = halves(texts)
    values, _ = read(net, b)
    for cell in (0, 7, 19):
        tops = sorted((float(one[:, cell].max()) for one in values), reverse=True)[:PEAKS]
        lows = sorted(float(one[:, cell].min()) for one in values)[:PEAKS]
        assert found["extreme"][cell] == pytest.approx([*tops, *lows], abs=1e-5)
        for row, number in enumerate(found["text"][cell].tolist()):
            first, peak = int(found["place"][cell, row]), int(found["peak"][cell, row])
            length = found["symbols"].shape[2]
            shown = "".join(ALPHABET[symbol] for symbol in found["symbols"][cell, row].tolist())
            assert shown == b[number].text[first : first + length]
            assert values[number][first + peak, cell] == pytest.approx(found["extreme"][cell, row], abs=1e-5)
            assert peak == BEFORE or first in (0, len(b[number]) - 1 - length)
            share = found["values"][cell, row, peak] / 127 * found["scale"][cell]
            assert abs(share) <= abs(found["extreme"][cell, row]) + found["scale"][cell] / 127
        for side in (slice(PEAKS), slice(PEAKS, None)):
            assert len(set(found["text"][cell, side].tolist())) == PEAKS


def test_pushes_are_changes_of_the_logits(net, texts, found):
    _, b = halves(texts)
    deviation = np.concatenate(read(net, b)[1]).std(0)
    for cell in (0, 11):
        moved = np.zeros(20)
        moved[cell] = deviation[cell]
        change = net.outputs(moved) - net.outputs(np.zeros(20))
        change -= change.mean()
        assert found["push"][cell] == pytest.approx(change[found["pushed"][cell]], abs=1e-5)
        order = np.argsort(-change)
        assert found["push"][cell, :PUSHED] == pytest.approx(change[order[:PUSHED]], abs=1e-5)
        assert found["push"][cell, PUSHED:] == pytest.approx(change[order[::-1][:PUSHED]], abs=1e-5)


def test_kin_are_the_most_correlated_cells(net, texts, found):
    whole = np.concatenate(read(net, halves(texts)[1])[0]).astype(np.float64)
    for cell in (0, 5):
        own = [0.0 if other == cell else np.corrcoef(whole[:, cell], whole[:, other])[0, 1] for other in range(20)]
        assert found["correlation"][cell] == pytest.approx(np.array(own)[found["kin"][cell]], abs=1e-5)
        assert np.abs(found["correlation"][cell]).min() >= sorted(np.abs(own))[-5] - 1e-5
        assert cell not in found["kin"][cell]


def test_histograms_hold_every_value(net, texts, found):
    whole = np.concatenate(read(net, halves(texts)[1])[0])
    assert (found["counts"].sum(1) == len(whole)).all()
    assert found["edges"][3] == pytest.approx([whole[:, 3].min(), whole[:, 3].max()], abs=1e-6)
    assert found["positive"] == pytest.approx((whole > 0).mean(0))


def test_cells_that_the_chapter_names_have_a_page():
    for network in make_recurrent():
        cells = named_cells(network)
        assert list(cells) == sorted(set(cells))
        assert len(cells) == network.pages == 12
        winners = {record["cell"] for record in network.facts["cells"]["concepts"]}
        assert winners <= set(cells)
        assert int(network.arrays["gates"]["memory"].argmax()) in cells
        assert named_cells(replace(network, pages=len(winners))) == tuple(sorted(winners))
        assert named_cells(replace(network, pages=network.spec.cells)) == tuple(range(network.spec.cells))


def test_a_cell_is_said_to_beat_chance_only_where_it_does():
    network = make_recurrent()[0]
    cell = named_cells(network)[0]
    best = tellings(network, cell)[0]
    for null, words in ((best.score - 0.01, ", above the "), (best.score, ", no better than the ")):
        records = [record | {"null_p95": null} for record in network.facts["cells"]["concepts"]]
        said = telling_sentence(replace(network, facts={**network.facts, "cells": {"concepts": records}}), cell)
        assert words in said


def test_stretches_of_a_colour_keep_the_code_and_frame_one_character():
    found = list(runs("if a:\n", np.array([0.0, 0.01, 0.9, 0.95, -0.5, -1.0]), 3))
    assert "".join(text for text, *_ in found) == "if a:↵\n"
    assert found == [("if", 0, False), (" ", 8, False), ("a", 8, True), (":", -4, False), ("↵\n", -8, False)]
    assert [level for _, level, _ in runs("if a", np.array([0.2, 0.3, 0.7, 0.8]), 9)] == [0, 4, 8]
    tokens = list(runs(["if", " ", "a:", "\n  "], np.array([1.0, 1.0, 1.0, 0.0]), 2))
    assert tokens == [("if ", 8, False), ("a:", 8, True), ("↵\n  ", 0, False)]
