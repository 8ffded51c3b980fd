"""The figures of the sentiment network, and the values that they show."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

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


# ---------------------------------------------------------------- the values


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
    groups = []
    for kind, sign in product(KINDS, (1, -1)):
        rows = [row for row, one in enumerate(sentences) if (one.kind, one.sign) == (kind, sign)]
        groups.append(Group(f"{kind}, {'positive' if sign > 0 else 'negative'}", sign, logits[rows]))
    return groups


@dataclass(frozen=True)
class WordCluster:
    """One cluster: its words with their opinions, its cells (rising and falling),
    and its words' mean change of the logit.
    """

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
        results,
        network,
        name="words",
        title="Expected response to words",
        alt="Distribution of the expected change of the logit by polarity of the word",
        caption=(
            "Expected response: mean change of the logit when a word is read after each of "
            f"{count(study.contexts, 'state')} from the probe sentences. Positive against negative words: area under "
            f"the ROC curve {number(separation.area)} (p = {number(separation.p_value)}, permutation test; "
            f"{separation.positives} and {separation.negatives} words). {cells.above} of {network.spec.hidden} cells "
            "separate them better than the best cell does for permuted labels (95th percentile: "
            f"{number(cells.null_p95)})."
        ),
    )


def _chips(results: RecurrentChapter, network: SentimentResults) -> Figure:
    quality = network.sentences.clusters.quality
    return _figure(
        results,
        network,
        name="chips",
        title="Co-clusters of words and cells",
        alt="Co-clusters of words and cells",
        caption=(
            f"Words and cells in {quality.count} co-clusters by expected response: words that change the same cells in "
            "the same direction (“memory chips” in Ming et al. 2017; spectral co-clustering, each cell once as rising "
            f"and once as falling). Agreement on the words over {quality.seeds} seeds, each with its own states and "
            f"initialization: adjusted Rand index {number(quality.stability)}; {number(quality.by_chance)} for "
            f"shuffled responses. Responses of two seeds correlate by at least {number(quality.response)}. Purity, the "
            f"share of words with the most frequent label of their cluster: {percent(quality.purity)} (95th percentile "
            f"for shuffled labels: {percent(quality.purity_p95)})."
        ),
    )


def _sentences(results: RecurrentChapter, network: SentimentResults) -> Figure:
    rows = network.sentences.sentences
    each = [f"{row.kind} {percent(row.accuracy)} ({number(row.separation.area, 2)})" for row in rows]
    reversed_kinds = [row.kind for row in rows if row.separation.area < 0.5]
    below = (
        f" Below 0.5, as for {listed(reversed_kinds)}, negative sentences get the higher logits more often than not."
        if reversed_kinds
        else ""
    )
    return _figure(
        results,
        network,
        name="sentences",
        title="Logits of probe sentences",
        alt="Distribution of logits by kind of sentence",
        caption=(
            f"Logit after the last word of {count(len(read_sentences()), 'probe sentence')} written for this atlas, "
            f"half of them positive. Accuracy, and area under the ROC curve in brackets: {listed(each)}.{below}"
        ),
    )


def _rests(results: RecurrentChapter, network: SentimentResults) -> Figure:
    worst = max(abs(d.explanation.conservation.residual) for d in network.sentences.decisions)
    return _figure(
        results,
        network,
        name="rests",
        title="Attribution of sentiment",
        alt="Words coloured by relevance, by four attribution methods",
        caption=(
            "Relevance of each word for the logit by LRP and three other methods, in the first probe sentence of each "
            "kind and label, classified correctly or not. Conservation check of LRP: relevances of words, biases, "
            f"stabilizer and initial state sum to the logit to {tiny(worst)} in float64."
        ),
    )


def _found(results: RecurrentChapter, network: SentimentResults) -> Figure:
    decided = [decision.explanation for decision in network.sentences.decisions]
    each = len(decided) // len(sentence_groups(network))
    return _figure(
        results,
        network,
        name="found",
        title="Faithfulness: deletion curves",
        alt="Deletion curves of four attribution methods and of random orders",
        caption=(
            "Logit while words are removed (their embeddings set to zero), those with the largest relevance for a "
            f"positive opinion by each method first; mean over {count(len(decided), 'probe sentence')}, the first "
            f"{each} of each kind and label. Mean height of the curve minus that of random orders; the lower, the more "
            f"faithful. {areas_in_words({network.spec.title: decided})}"
        ),
    )
