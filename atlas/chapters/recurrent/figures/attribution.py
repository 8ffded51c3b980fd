"""The figures of what the character networks' decisions rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from atlas.chapters.recurrent.attribution import CHANCE
from atlas.chapters.recurrent.explain import Explanation
from atlas.chapters.recurrent.figures.character import RELIANCE, recurrent_figure
from atlas.chapters.recurrent.records import PredictorResults, RecurrentChapter
from atlas.core.results import Figure
from atlas.publish.chart import Line
from atlas.publish.words import count, listed, number, percent, tiny

METHODS = {"lrp": "LRP", "gradient": "gradient × input", "integrated": "integrated gradients", "occlusion": "occlusion"}
SHOWN = 3  # decisions that are shown; curves are over all


def explanations(network: PredictorResults) -> list[Explanation]:
    """Those of the network's decisions."""
    return [decision.explanation for decision in network.relevances.decisions]


def deletion_lines(decided: Sequence[Explanation]) -> list[Line]:
    """The mean score of decisions while what is most relevant is removed, by method; random orders last."""
    share = np.linspace(0, 1, 17)

    def mean(name: str) -> tuple[float, ...]:
        curves = [one.curves[name] for one in decided]
        return tuple(np.mean([np.interp(share, np.linspace(0, 1, len(curve)), curve) for curve in curves], 0).tolist())

    return [
        Line(title, tuple((100 * share).tolist()), mean(name))
        for name, title in {**METHODS, CHANCE: CHANCE}.items()
        if decided
    ]


def mean_areas(decided: Sequence[Explanation]) -> dict[str, float]:
    """Each method's mean score under deletion minus that of random orders, over decisions: lower is better."""
    return {name: float(np.mean([one.deletion[name] for one in decided])) for name in METHODS if decided}


def areas_in_words(decided: Mapping[str, Sequence[Explanation]]) -> str:
    """The areas of the decisions of each network, by its title, in words."""
    areas = {title: mean_areas(explanations) for title, explanations in decided.items() if explanations}
    return "; ".join(
        f"{title} {listed([f'{METHODS[name]} {number(area, 2)}' for name, area in each.items()])}"
        for title, each in areas.items()
    )


def relevance(results: RecurrentChapter) -> Figure:
    """The characters that the logit of a closing sign rests on."""
    decided = [n for n in results.predictors if n.relevances.decisions]
    records = [d for n in decided for d in n.relevances.decisions]
    missed = [
        f"{n.spec.title} {tiny(max(abs(one.conservation.residual) for one in explanations(n)))} (e {n.relevances.epsilon:g})"
        for n in decided
    ]
    right = sum(d.probability > 0.5 for d in records)
    shown = sum(min(SHOWN, len(n.relevances.decisions)) for n in decided)
    return recurrent_figure(
        results, "relevance", page=RELIANCE, title="What a closing sign rests on", alt="Characters coloured by relevance, with ledgers", shows_code=True,
        caption="Relevance of the last 64 characters for the logit of the closing sign that follows (against the mean logit), by "
        f"LRP and three other methods, at {shown} of {count(len(records), 'decision')} chosen by the text alone ({right} with the right sign "
        f"above {percent(0.5)}). The ledger of LRP, inputs, biases, stabilizer and initial state, misses the score in float64 by at most "
        f"{listed(missed)}. The stabilizer e is the smallest of 0.001, 0.01, 0.1 and 1 with which no ledger's entries add up to more than a "
        "hundred times its score: where they do, they cancel, and say nothing about it.",
    )  # fmt: skip


def deletion(results: RecurrentChapter) -> Figure:
    """How the score falls while the most relevant characters are taken away."""
    return recurrent_figure(
        results, "deletion", plot=True, page=RELIANCE, title="Which method finds it", alt="Deletion curves of four methods and of random orders",
        caption="The logit of the closing sign while characters are taken away, those most relevant by each method first (mean over "
        f"{count(len(results.predictors[0].relevances.decisions), 'decision')} a network; their embeddings become zero). Mean height of the "
        f"curve above that of random orders, in nats: {areas_in_words({n.spec.title: explanations(n) for n in results.predictors})}. The lower, the more faithful.",
    )  # fmt: skip


FIGURES = {"relevance": relevance, "deletion": deletion}
