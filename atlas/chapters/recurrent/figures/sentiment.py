"""The figures of the sentiment network, and what they show as plain rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from atlas.chapters.recurrent.figures.attribution import told_areas
from atlas.chapters.recurrent.figures.network import reader_figure
from atlas.chapters.recurrent.records import RecurrentChapter, RecurrentResults
from atlas.chapters.recurrent.sentences import KINDS, Sentence, read_sentences, sentences_digest
from atlas.core.results import Figure
from atlas.core.specs import Array
from atlas.publish.words import count, listed, number, percent, tiny

PAGE = "recurrent/sentiment.html"
READS = "words"
OPINIONS = ("positive", "neutral", "negative")


def sentiment_figures(results: RecurrentChapter) -> tuple[Figure, ...]:
    """All figures of the page, in its order; none without a network that reads words."""
    network = results.readers.get(READS)
    return (
        ()
        if network is None
        else tuple(make(results, network) for make in (_words, _chips, _sentences, _rests, _found))
    )


def _figure(results: RecurrentChapter, network: RecurrentResults, *, name: str, **words: str) -> Figure:
    probes = {"name": "probe sentences", "digest": sentences_digest(), "images": len(read_sentences())}
    return reader_figure(results, network, name, kind="sentiment", page=PAGE, probes=probes, **words)


# ---------------------------------------------------------------- what is shown


@dataclass(frozen=True)
class Group:
    """A named row of numbers in a distribution; `sign` is +1, 0 or -1."""

    name: str
    sign: int
    values: Array


def word_groups(network: RecurrentResults) -> list[Group]:
    """The expected change of the logit, by the opinion of the word."""
    facts, change = network.facts["sentences"], network.arrays["sentences"]["change"]
    opinion = np.array([one for one, _ in facts["words"]])
    return [Group(name, 1 - place, change[opinion == name]) for place, name in enumerate(OPINIONS)]


def sentence_groups(network: RecurrentResults) -> list[Group]:
    """The logit at the end of each probe sentence, by kind and sign."""
    sentences, logits = read_sentences(), network.arrays["sentences"]["logits"]
    return [
        Group(f"{kind}, {'positive' if sign > 0 else 'negative'}", sign,
              logits[[n for n, one in enumerate(sentences) if (one.kind, one.sign) == (kind, sign)]])
        for kind in KINDS
        for sign in (1, -1)
    ]  # fmt: skip


@dataclass(frozen=True)
class Chip:
    """One cluster: its words with their opinions, its cells (rising and falling), and its words' mean change of the logit."""

    words: list[tuple[str, str]]
    rising: list[int]
    falling: list[int]
    change: float


def chips(network: RecurrentResults) -> list[Chip]:
    """All clusters, the ones whose words raise the logit most first; words by how much they change it."""
    arrays, facts = network.arrays["sentences"], network.facts["sentences"]
    hidden = network.spec.hidden
    found = []
    for place in range(facts["chips"]["count"]):
        rows = np.flatnonzero(arrays["chip_of_word"] == place)
        rows = rows[np.argsort(-np.abs(arrays["change"][rows]), kind="stable")]
        halves = np.flatnonzero(arrays["chip_of_cell"] == place)
        words = [(facts["words"][row][1], facts["words"][row][0]) for row in rows]
        rising, falling = halves[halves < hidden].tolist(), (halves[halves >= hidden] - hidden).tolist()
        found.append(Chip(words, rising, falling, float(arrays["change"][rows].mean()) if len(rows) else 0.0))
    return sorted(found, key=lambda chip: -chip.change)


def shown_decisions(network: RecurrentResults) -> int:
    """How many decisions are shown: the first of each kind and sign; curves are over all."""
    return min(2 * len(KINDS), len(network.facts["sentences"]["decisions"]))


def decision_sentence(network: RecurrentResults, place: int) -> tuple[Sentence, list[str]]:
    """The sentence of a decision, and its symbols as the network reads them."""
    sentence = read_sentences()[network.facts["sentences"]["decisions"][place]["sentence"]]
    return sentence, ["▸", *sentence.words]


# ---------------------------------------------------------------- the figures


def _words(results: RecurrentChapter, network: RecurrentResults) -> Figure:
    facts: Mapping[str, Any] = network.facts["sentences"]
    told, cells = facts["separation"], facts["cells"]
    return _figure(
        results, network, name="words", title="How words move the state",
        caption=f"Expected response: the mean change of the logit when a word is read after each of {count(facts['contexts'], 'state')} reached "
        f"in the probe sentences. Positive against negative words: area under the ROC curve {number(told['area'])} (p {number(told['p_value'])}, "
        f"{told['positives']} and {told['negatives']} words). {cells['above']} of {network.spec.hidden} cells tell them apart better than the best "
        f"of all cells does for permuted opinions ({number(cells['null_p95'])}).",
        alt="Distribution of the expected change by opinion of the word",
    )  # fmt: skip


def _chips(results: RecurrentChapter, network: RecurrentResults) -> Figure:
    found = network.facts["sentences"]["chips"]
    return _figure(
        results, network, name="chips", title="Memory chips",
        caption=f"Words and cells in {found['count']} clusters by their expected response (spectral co-clustering; a cell counts as rising and as "
        f"falling). {found['seeds']} seeds, each with states and a start of its own, agree on the words to {number(found['stability'])} (adjusted Rand "
        f"index; shuffled responses {number(found['by_chance'])}); their responses correlate by at least {number(found['response'])}. The most frequent opinion of a cluster holds for {percent(found['purity'])} of the words (shuffled "
        f"opinions, 95th percentile: {percent(found['purity_p95'])}).",
        alt="Clusters of words and cells",
    )  # fmt: skip


def _sentences(results: RecurrentChapter, network: RecurrentResults) -> Figure:
    rows = network.facts["sentences"]["sentences"]
    told = listed([f"{row['kind']} {percent(row['accuracy'])} (area {number(row['area'], 2)})" for row in rows])
    return _figure(
        results, network, name="sentences", title="How sentences end",
        caption=f"The logit after the last word of {count(len(read_sentences()), 'probe sentence')}, written for this atlas, as many positive as "
        f"negative. Right sign: {told}. An area below 0.5 says that the network takes the opinion for its opposite.",
        alt="Distribution of logits by kind of sentence",
    )  # fmt: skip


def _rests(results: RecurrentChapter, network: RecurrentResults) -> Figure:
    worst = max(abs(d["ledger"]["residual"]) for d in network.facts["sentences"]["decisions"])
    return _figure(
        results, network, name="rests", title="What an opinion rests on",
        caption="Relevance of each word for the logit by LRP and three other methods, for the first probe sentence of each kind and sign, whether it "
        f"is read rightly or not. The ledger of words, biases, stabilizer and initial state misses the logit by at most {tiny(worst)} in float64.",
        alt="Words coloured by relevance, with ledgers",
    )  # fmt: skip


def _found(results: RecurrentChapter, network: RecurrentResults) -> Figure:
    decided = network.facts["sentences"]["decisions"]
    return _figure(
        results, network, name="found", title="Which method finds it",
        caption="The logit while words are taken away, those that speak most for a positive opinion by each method first (mean of "
        f"{count(len(decided), 'probe sentence')}, the first {len(decided) // len(sentence_groups(network))} of each kind and sign; their embeddings become zero). Mean height of the "
        f"curve above that of random orders: {told_areas([network], 'sentences')}. The lower, the more faithful.",
        alt="Deletion curves of four methods and of random orders",
    )  # fmt: skip
