"""Recurrent networks for the fixture: the real studies of small untrained networks on made-up text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from atlas.build.recurrent import recurrent_card
from atlas.measured import RecurrentResults
from atlas.networks.recurrent import ALPHABET, SENTIMENT, SPECS, SPEECH, SPELLING, build
from atlas.recurrent.cell import Cell, Net, net_of
from atlas.recurrent.cell_study import study_cells, study_gates
from atlas.recurrent.concepts import KINDS
from atlas.recurrent.match_study import study_matches
from atlas.recurrent.passage_study import study_passages
from atlas.recurrent.profile import study_profiles
from atlas.recurrent.reach_study import study_reach
from atlas.recurrent.reaction_study import study_reactions
from atlas.recurrent.relevance_study import study_relevance
from atlas.recurrent.sentence_study import study_sentences
from atlas.recurrent.sentences import read_sentences
from atlas.recurrent.source import SourceFile
from atlas.recurrent.speech import Detector
from atlas.recurrent.speech_study import study_speech
from atlas.recurrent.spelling import Speller
from atlas.recurrent.spelling_study import study_spelling
from atlas.recurrent.texts import held_out_texts
from atlas.recurrent.words import learn
from atlas.sources import OwnFile
from atlas.types import RecurrentSpec
from tests.kept import kept

LINES = '''def name{0}(argument, other=(1, 2)):
    """Say what it does."""
    # a comment
    if argument is not None:
        return "a rather long string" + str(argument)
    return [argument, other, {0}]

'''


@kept
def make_readers() -> dict[str, RecurrentResults]:
    """A small untrained network that reads words."""
    vocabulary = learn((sentence.words for sentence in read_sentences()), least=1)
    spec = replace(SENTIMENT, symbols=len(vocabulary), hidden=10, embedding=6)
    torch.manual_seed(3)
    module = build(spec).eval().requires_grad_(False)
    found = {
        "words": (spec, "sentences", study_sentences(module, vocabulary, seed=0)),
        "letters": (replace(SPELLING, hidden=8), "spellings", study_spelling(make_speller())),
        "sound": (replace(SPEECH, hidden=8), "sounds", study_speech(make_detector(), seed=0)),
    }
    return {
        reads: RecurrentResults(one, recurrent_card(one), {name: arrays}, {name: facts}, {}, {name: "5e" * 32}, pages=0)
        for reads, (one, name, (arrays, facts)) in found.items()
    }


def _cell(kind: str, blocks: int, embedding: int, hidden: int, rng: np.random.Generator) -> Cell:
    shapes = ((blocks * hidden, embedding), (blocks * hidden, hidden), (blocks * hidden,), (blocks * hidden,))
    return Cell(kind, *(rng.normal(size=shape) * 0.4 for shape in shapes))


def make_speller() -> Speller:
    """A speller of 8 cells with random weights."""
    rng = np.random.default_rng(1)
    encoder = Net(rng.normal(size=(29, 5)), _cell("GRU", 3, 5, 8, rng), np.zeros((0, 8)), np.zeros(0))
    decoder = Net(rng.normal(size=(74, 5)), _cell("GRU", 3, 5, 8, rng), rng.normal(size=(74, 8)), rng.normal(size=74))
    return Speller(encoder, decoder)


def make_detector() -> Detector:
    """A speech detector of 8 cells with random weights."""
    rng = np.random.default_rng(2)
    shapes = ((6, 129, 1), (5, 6, 2), (4, 5, 2), (7, 4, 1))
    convolutions = tuple(
        (rng.normal(size=(out, into, 3)) * 0.2, rng.normal(size=out), stride) for out, into, stride in shapes
    )
    return Detector(
        rng.normal(size=(258, 256)) * 0.1, convolutions, _cell("LSTM", 4, 7, 8, rng), rng.normal(size=8), 0.1
    )


@kept
def make_recurrent() -> tuple[RecurrentResults, ...]:
    """An LSTM and a plain RNN of 60 cells, and an own encoder of two layers that read in both directions."""
    lstm, gru, rnn = (replace(spec, hidden=60, embedding=6) for spec in SPECS)
    own = OwnFile("mine.pt", "0e" * 32, "MIT")
    encoder = replace(
        gru, name="encoder", title="Own encoder", hidden=15, layers=2, directions=2, outputs=0, weights=own, words=own,
        summary="An own encoder.",
    )  # fmt: skip
    return tuple(map(_network, (lstm, rnn, encoder)))


def _network(spec: RecurrentSpec) -> RecurrentResults:
    files = [SourceFile(f"module{number}.py", LINES.format(number) * 4) for number in range(300)]
    texts = held_out_texts([file for file in files if file.held_out][:8], characters=600)
    torch.manual_seed(len(ALPHABET))
    module = build(spec).eval().requires_grad_(False)
    net = net_of(module)
    baseline = np.full(sum(len(text) - 1 for text in texts), 2.0)
    seldom = np.arange(len(baseline)) % 7 == 0
    found: dict[str, Any] = {
        "cells": study_cells(net, texts, seed=0),
        "matches": study_matches(net, texts, seed=0),
        "statemaps": _maps(),
        "reactions": study_reactions(net, texts, seed=0),
        "gates": study_gates(net, texts),
        "passages": study_passages(module, texts),
        "profiles": study_profiles(net, texts),
    }
    if spec.predicts:
        found["reach"] = study_reach(module, texts, baseline, seldom, places=40, seed=0)
        found["reach"][1]["by_order"] = [4.0, 3.0, 2.5, 2.2, 2.1, 2.05, 2.0]
        found["relevances"] = study_relevance(module, texts, seed=0)
    card = {
        "held_out": {"loss": 1.25, "characters": 4800},
        "parameters": 1000,
        "recipe": {"epochs": 3},
        "seconds": {"processor": 100},
    }
    return RecurrentResults(
        spec=spec,
        card={} if isinstance(spec.weights, OwnFile) else card,
        arrays={name: arrays for name, (arrays, _) in found.items()},
        facts={name: facts for name, (_, facts) in found.items()},
        text={"python": "3.11.7", "digest": "d1" * 32, "paths": [text.path for text in texts]},
        keys=dict.fromkeys(found, "5e" * 32),
        pages=12,
    )


def _maps() -> tuple[dict[str, Any], dict[str, Any]]:
    """Made up: a layout takes long, and what it finds is tested elsewhere."""
    rng = np.random.default_rng(0)
    quality = {"trustworthiness": 0.9, "purity": 0.5, "purity_shuffled": 0.25}
    arrays = {
        "umap": rng.random((150, 2)), "pca": rng.random((150, 2)), "kind": rng.integers(0, len(KINDS) + 1, 150), "walks": np.arange(60).reshape(3, 20),
        "symbols": rng.integers(3, 90, (3, 20)), "cells": rng.random((60, 2)), "responds": rng.integers(-1, 9, 60),
    }  # fmt: skip
    cells = {**quality, "none": 7, "parameters": {"points": 60}}
    return arrays, {"umap": quality, "pca": {**quality, "variance": 0.4}, "cells": cells, "paths": ["module1.py"] * 3}
