"""The figures of the sentiment network, and what they show as plain rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.figures.attribution import areas_in_words
from atlas.chapters.recurrent.figures.network import reader_figure
from atlas.chapters.recurrent.records import RecurrentChapter, SentimentResults
from atlas.chapters.recurrent.sentence_study import SentenceDecision
from atlas.chapters.recurrent.sentences import KINDS, Sentence, read_sentences, sentences_digest
from atlas.core.results import Figure
from atlas.core.specs import Array
from atlas.publish.words import count, listed, number, percent, tiny

PAGE = "recurrent/sentiment.html"
OPINIONS = ("positive", "neutral", "negative")


def sentiment_figures(results: RecurrentChapter) -> tuple[Figure, ...]:
    """All figures of the page, in its order; none without a network that reads words."""
    network = results.sentiment
    return (
        ()
        if network is None
        else tuple(make(results, network) for make in (_words, _chips, _sentences, _rests, _found))
    )


def _figure(results: RecurrentChapter, network: SentimentResults, *, name: str, **words: str) -> Figure:
    probes = {"name": "probe sentences", "digest": sentences_digest(), "images": len(read_sentences())}
    return reader_figure(results, network, name, kind="sentiment", page=PAGE, probes=probes, **words)


# ---------------------------------------------------------------- what is shown


@dataclass(frozen=True)
class Group:
    """A named row of numbers in a distribution; `sign` is +1, 0 or -1."""

    name: str
    sign: int
    values: Array


def word_groups(network: SentimentResults) -> list[Group]:
    """The expected change of the logit, by the opinion of the word."""
    opinion = np.array([one for one, _ in network.sentences.words])
    return [Group(name, 1 - place, network.sentences.change[opinion == name]) for place, name in enumerate(OPINIONS)]


def sentence_groups(network: SentimentResults) -> list[Group]:
    """The logit at the end of each probe sentence, by kind and sign."""
    sentences, logits = read_sentences(), network.sentences.logits
    return [
        Group(f"{kind}, {'positive' if sign > 0 else 'negative'}", sign,
              logits[[n for n, one in enumerate(sentences) if (one.kind, one.sign) == (kind, sign)]])
        for kind in KINDS
        for sign in (1, -1)
    ]  # fmt: skip


@dataclass(frozen=True)
class WordCluster:
    """One cluster: its words with their opinions, its cells (rising and falling), and its words' mean change of the logit."""

    words: list[tuple[str, str]]
    rising: list[int]
    falling: list[int]
    change: float


def word_clusters(network: SentimentResults) -> list[WordCluster]:
    """All clusters, the ones whose words raise the logit most first; words by how much they change it."""
    study, hidden = network.sentences, network.spec.hidden
    found = []
    for cluster in range(study.clusters.quality.count):
        rows = np.flatnonzero(study.clusters.words == cluster)
        rows = rows[np.argsort(-np.abs(study.change[rows]), kind="stable")]
        halves = np.flatnonzero(study.clusters.half_cells == cluster)
        words = [(study.words[row][1], study.words[row][0]) for row in rows]
        rising, falling = halves[halves < hidden].tolist(), (halves[halves >= hidden] - hidden).tolist()
        found.append(WordCluster(words, rising, falling, float(study.change[rows].mean()) if len(rows) else 0.0))
    return sorted(found, key=lambda cluster: -cluster.change)


def shown_decisions(network: SentimentResults) -> int:
    """How many decisions are shown: the first of each kind and sign; curves are over all."""
    return min(2 * len(KINDS), len(network.sentences.decisions))


def sentence_of(decision: SentenceDecision) -> tuple[Sentence, list[str]]:
    """The sentence of a decision, and its symbols as the network reads them."""
    sentence = read_sentences()[decision.sentence]
    return sentence, ["▸", *sentence.words]


# ---------------------------------------------------------------- the figures


def _words(results: RecurrentChapter, network: SentimentResults) -> Figure:
    study = network.sentences
    separation, cells = study.separation, study.cells
    return _figure(
        results, network, name="words", title="How words move the state",
        caption=f"Expected response: the mean change of the logit when a word is read after each of {count(study.contexts, 'state')} reached "
        f"in the probe sentences. Positive against negative words: area under the ROC curve {number(separation.area)} (p {number(separation.p_value)}, "
        f"{separation.positives} and {separation.negatives} words). {cells.above} of {network.spec.hidden} cells tell them apart better than the best "
        f"of all cells does for permuted opinions ({number(cells.null_p95)}).",
        alt="Distribution of the expected change by opinion of the word",
    )  # fmt: skip


def _chips(results: RecurrentChapter, network: SentimentResults) -> Figure:
    found = network.sentences.clusters.quality
    return _figure(
        results, network, name="chips", title="Memory chips",
        caption=f"Words and cells in {found.count} clusters by their expected response (spectral co-clustering; a cell counts as rising and as "
        f"falling). {found.seeds} seeds, each with states and a start of its own, agree on the words to {number(found.stability)} (adjusted Rand "
        f"index; shuffled responses {number(found.by_chance)}); their responses correlate by at least {number(found.response)}. The most frequent opinion of a cluster holds for {percent(found.purity)} of the words (shuffled "
        f"opinions, 95th percentile: {percent(found.purity_p95)}).",
        alt="Clusters of words and cells",
    )  # fmt: skip


def _sentences(results: RecurrentChapter, network: SentimentResults) -> Figure:
    rows = network.sentences.sentences
    told = listed([f"{row.kind} {percent(row.accuracy)} (area {number(row.separation.area, 2)})" for row in rows])
    return _figure(
        results, network, name="sentences", title="How sentences end",
        caption=f"The logit after the last word of {count(len(read_sentences()), 'probe sentence')}, written for this atlas, as many positive as "
        f"negative. Right sign: {told}. An area below 0.5 says that the network takes the opinion for its opposite.",
        alt="Distribution of logits by kind of sentence",
    )  # fmt: skip


def _rests(results: RecurrentChapter, network: SentimentResults) -> Figure:
    worst = max(abs(d.explanation.conservation.residual) for d in network.sentences.decisions)
    return _figure(
        results, network, name="rests", title="What an opinion rests on",
        caption="Relevance of each word for the logit by LRP and three other methods, for the first probe sentence of each kind and sign, whether it "
        f"is read rightly or not. The ledger of words, biases, stabilizer and initial state misses the logit by at most {tiny(worst)} in float64.",
        alt="Words coloured by relevance, with ledgers",
    )  # fmt: skip


def _found(results: RecurrentChapter, network: SentimentResults) -> Figure:
    decided = [decision.explanation for decision in network.sentences.decisions]
    return _figure(
        results, network, name="found", title="Which method finds it",
        caption="The logit while words are taken away, those that speak most for a positive opinion by each method first (mean of "
        f"{count(len(decided), 'probe sentence')}, the first {len(decided) // len(sentence_groups(network))} of each kind and sign; their embeddings become zero). Mean height of the "
        f"curve above that of random orders: {areas_in_words({network.spec.title: decided})}. The lower, the more faithful.",
        alt="Deletion curves of four methods and of random orders",
    )  # fmt: skip
