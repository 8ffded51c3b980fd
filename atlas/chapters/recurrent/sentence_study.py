"""The study of the sentiment network: expected responses to words, opinions of sentences, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.recurrent.cell import net_of
from atlas.chapters.recurrent.explain import Explanation, explain
from atlas.chapters.recurrent.response import (
    ClusteredResponse,
    Draws,
    Separation,
    cell_separations,
    clustered,
    separation,
)
from atlas.chapters.recurrent.score import strength
from atlas.chapters.recurrent.sentences import KINDS, Sentence, read_sentences
from atlas.chapters.recurrent.trace import states
from atlas.chapters.recurrent.words import Vocabulary
from atlas.core.pack import PLACE, stored
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


@dataclass(frozen=True, kw_only=True)
class KindAccuracy:
    """The probe sentences of one of KINDS: how many get the right sign, and how well the logit separates the signs."""

    kind: str
    accuracy: float
    separation: Separation = stored("")


@dataclass(frozen=True)
class WordCells:
    """How many cells separate positive from negative words better than `null_p95`,
    the best of all for permuted opinions.
    """

    null_p95: float
    above: int
    best: int  # the cell that separates them best


@dataclass(frozen=True, kw_only=True)
class SentenceDecision:
    """A probe sentence, by its index, and what its logit rests on."""

    sentence: int
    kind: str
    sign: int
    explanation: Explanation = stored("")

    @property
    def right(self) -> bool:
        """Has the logit the sentence's sign?"""
        return self.explanation.conservation.score * self.sign > 0


@dataclass(frozen=True, kw_only=True)
class SentenceStudy:
    """What words and probe sentences do to the sentiment network; W words, S sentences, H cells."""

    running: Array  # logits after each symbol, one sentence after the other
    lengths: Array  # [S] symbols of each sentence
    logits: Array  # [S] after the last symbol
    sentences: tuple[KindAccuracy, ...]
    words: tuple[tuple[str, str], ...]  # [W] opinion, word
    contexts: int  # states in which each word was read
    change: Array  # [W] expected change of the logit
    areas: Array  # [H] area under the ROC curve of each cell's response, positive against negative words
    separation: Separation  # of positive and negative words by the change of the logit
    cells: WordCells
    clusters: ClusteredResponse = stored("")
    decisions: tuple[SentenceDecision, ...] = stored(by=PLACE)


def study_sentences(module: Recurrent, vocabulary: Vocabulary, *, seed: int) -> SentenceStudy:
    """The study; the decisions are the first EACH sentences of each kind and sign, read rightly or not."""
    sentences = read_sentences()
    net = net_of(module).astype(np.float64)
    encoded = [vocabulary.encode(sentence.words) for sentence in sentences]
    read = states(net, encoded)
    running = [net.outputs(h)[:, 0] for h, _ in read]
    logits = np.array([values[-1] for values in running])
    words = [(opinion, word) for opinion, word in read_opinions() if word in vocabulary]
    h, c = (np.concatenate([pair[side][:-1] for pair in read]) for side in (0, 1))
    symbols = vocabulary.encode(word for _, word in words)[1:]
    draws = Draws.of(net, h, c, symbols, contexts=CONTEXTS, seed=seed)
    change = draws.shown @ net.w_out[0]
    sign = np.array([{"positive": 1, "negative": -1, "neutral": 0}[opinion] for opinion, _ in words])
    areas, null = cell_separations(draws.shown[sign != 0], sign[sign != 0], seed=seed)
    return SentenceStudy(
        running=np.concatenate(running),
        lengths=np.array([len(values) for values in running]),
        logits=logits,
        sentences=tuple(_accuracies(sentences, logits, seed=seed)),
        words=tuple(words),
        contexts=min(CONTEXTS, len(h)),
        change=change,
        areas=areas,
        separation=separation(change[sign != 0], sign[sign != 0], seed=seed),
        cells=WordCells(null, int((strength(areas) > null).sum()), int(np.argmax(strength(areas)))),
        clusters=clustered(draws, [opinion for opinion, _ in words], seed=seed),
        decisions=tuple(_explained(module, sentences, encoded, seed=seed)),
    )


def _accuracies(sentences: Sequence[Sentence], logits: Array, *, seed: int) -> Iterator[KindAccuracy]:
    signs = np.array([sentence.sign for sentence in sentences])
    for kind in KINDS:
        own = np.array([sentence.kind == kind for sentence in sentences])
        right = float((logits[own] * signs[own] > 0).mean())
        yield KindAccuracy(kind=kind, accuracy=right, separation=separation(logits[own], signs[own], seed=seed))


def _explained(
    module: Recurrent, sentences: Sequence[Sentence], encoded: Sequence[Array], *, seed: int
) -> Iterator[SentenceDecision]:
    """The first EACH sentences of each kind and sign; the first of each kind and sign come first."""
    exact = module.double()
    for turn in range(EACH):
        for kind, sign in product(KINDS, (1, -1)):
            own = [index for index, one in enumerate(sentences) if (one.kind, one.sign) == (kind, sign)]
            explanation = explain(exact, encoded[own[turn]], np.ones(1), seed=seed)
            yield SentenceDecision(sentence=own[turn], kind=kind, sign=sign, explanation=explanation)
