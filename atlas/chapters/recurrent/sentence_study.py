"""The study of the sentiment network: how words move the state, what that says about opinions, and what sentences rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.chapters.recurrent.cell import Net, net_of
from atlas.chapters.recurrent.explain import explain
from atlas.chapters.recurrent.response import Draws, Separation, cell_separations, clustered, separation
from atlas.chapters.recurrent.score import strength
from atlas.chapters.recurrent.sentences import KINDS, Sentence, read_sentences
from atlas.chapters.recurrent.trace import states
from atlas.chapters.recurrent.words import Vocabulary
from atlas.core.specs import Array

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

OPINIONS = Path(__file__).parent / "data" / "opinions.tsv"
CONTEXTS = 400  # states in which every word is read
EACH = 4  # sentences of each kind and sign whose logit is explained


def read_opinions(path: Path = OPINIONS) -> list[tuple[str, str]]:
    """(opinion, word): positive, negative and neutral words, chosen without any network."""
    return [
        (opinion, word) for opinion, word in (line.split("\t") for line in path.read_text("utf-8").splitlines()[1:])
    ]


def study_sentences(module: Recurrent, vocabulary: Vocabulary, *, seed: int) -> tuple[dict[str, Array], dict[str, Any]]:
    """Arrays: `response` [W, H], `words` and `sentences` (changes and logits), `running` logits after each symbol, `relevance/…`."""
    sentences = read_sentences()
    net = net_of(module).astype(np.float64)
    encoded = [vocabulary.encode(sentence.words) for sentence in sentences]
    read = states(net, encoded)
    running = [net.outputs(h)[:, 0] for h, _ in read]
    logits = np.array([values[-1] for values in running])
    arrays: dict[str, Array] = {
        "running": np.concatenate(running), "lengths": np.array([len(values) for values in running]), "logits": logits,
    }  # fmt: skip
    facts: dict[str, Any] = {"sentences": _sentences(sentences, logits, seed=seed)}
    found, told = _words(net, vocabulary, read, seed=seed)
    explained, decisions = _explained(module, sentences, encoded, seed=seed)
    return arrays | found | explained, facts | told | {"decisions": decisions}


def _sentences(sentences: Sequence[Sentence], logits: Array, *, seed: int) -> list[dict[str, Any]]:
    """Accuracy and separation of each kind."""
    signs = np.array([sentence.sign for sentence in sentences])
    rows = []
    for kind in KINDS:
        own = np.array([sentence.kind == kind for sentence in sentences])
        told = asdict(separation(logits[own], signs[own], seed=seed))
        rows.append({"kind": kind, "accuracy": float((logits[own] * signs[own] > 0).mean()), **told})
    return rows


def _words(
    net: Net, vocabulary: Vocabulary, read: Sequence[tuple[Array, Array]], *, seed: int
) -> tuple[dict[str, Array], dict[str, Any]]:
    h, c = (np.concatenate([pair[side][:-1] for pair in read]) for side in (0, 1))
    opinions = [(opinion, word) for opinion, word in read_opinions() if word in vocabulary]
    symbols = vocabulary.encode(word for _, word in opinions)[1:]
    draws = Draws.of(net, h, c, symbols, contexts=CONTEXTS, seed=seed)
    response = draws.shown
    change = response @ net.w_out[0]
    sign = np.array([{"positive": 1, "negative": -1, "neutral": 0}[opinion] for opinion, _ in opinions])
    told: Separation = separation(change[sign != 0], sign[sign != 0], seed=seed)
    areas, null = cell_separations(response[sign != 0], sign[sign != 0], seed=seed)
    found, chips = clustered(draws, [opinion for opinion, _ in opinions], seed=seed)
    facts = {
        "words": [[opinion, word] for opinion, word in opinions],
        "contexts": min(CONTEXTS, len(h)),
        "separation": asdict(told),
        "cells": {"null_p95": null, "above": int((strength(areas) > null).sum()), "best": int(np.argmax(strength(areas)))},
        "chips": chips,
    }  # fmt: skip
    return {"change": change, "areas": areas, **found}, facts


def _explained(
    module: Recurrent, sentences: Sequence[Sentence], encoded: Sequence[Array], *, seed: int
) -> tuple[dict[str, Array], list[dict[str, Any]]]:
    """The first EACH sentences of each kind and sign, whether the network reads them rightly or not; the first of each come first."""
    exact = module.double()
    arrays: dict[str, Array] = {}
    facts: list[dict[str, Any]] = []
    for turn in range(EACH):
        for kind, sign in product(KINDS, (1, -1)):
            own = [number for number, one in enumerate(sentences) if (one.kind, one.sign) == (kind, sign)]
            given, told = explain(exact, encoded[own[turn]], np.ones(1), seed=seed)
            arrays |= {f"{len(facts)}/{name}": values for name, values in given.items()}
            facts.append({"sentence": own[turn], "kind": kind, "sign": sign, **told})
    return arrays, facts
