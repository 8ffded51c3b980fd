"""The figures of attribution: which characters the predictions of closing brackets and quotes rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from atlas.chapters.recurrent.explain import Explanation
from atlas.chapters.recurrent.figures.character import RELIANCE, recurrent_figure
from atlas.chapters.recurrent.records import PredictorResults, RecurrentChapter
from atlas.core.results import Figure
from atlas.methods.attribution.deletion import RANDOM
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
        for name, title in {**METHODS, RANDOM: RANDOM}.items()
        if decided
    ]


def mean_areas(decided: Sequence[Explanation]) -> dict[str, float]:
    """Each method's mean score under deletion minus that of random orders, over decisions: lower is better."""
    return {name: float(np.mean([one.deletion[name] for one in decided])) for name in METHODS if decided}


def areas_in_words(decided: Mapping[str, Sequence[Explanation]]) -> str:
    """The areas of the decisions of each network, by its title, and which method is lowest."""
    areas = {title: mean_areas(explanations) for title, explanations in decided.items() if explanations}
    each = (
        f"{title}: {listed([f'{METHODS[name]} {number(area, 3)}' for name, area in own.items()])}"
        for title, own in areas.items()
    )
    return f"{'; '.join(each)}. {_lowest(areas)}"


def _lowest(areas: Mapping[str, Mapping[str, float]]) -> str:
    """Which method has the lowest area in each network: a sentence."""
    best = {title: METHODS[min(own, key=lambda name: own[name])] for title, own in areas.items()}
    if len(set(best.values())) == 1:
        where = " for every network" if len(best) > 1 else ""
        return f"Lowest{where}: {next(iter(best.values()))}."
    return f"Lowest: {'; '.join(f'{method} ({title})' for title, method in best.items())}."


def relevance(results: RecurrentChapter) -> Figure:
    """Attribution of the logit of closing brackets and quotes."""
    decided = [n for n in results.predictors if n.relevances.decisions]
    decisions = [d for n in decided for d in n.relevances.decisions]
    predicted = sum(d.probability > 0.5 for d in decisions)
    shown = sum(min(SHOWN, len(n.relevances.decisions)) for n in decided)
    return recurrent_figure(
        results,
        "relevance",
        page=RELIANCE,
        title="Attribution of closing brackets and quotes",
        alt="Source code coloured by relevance, by four attribution methods",
        shows_code=True,
        caption=(
            "Relevance of the last 64 characters for the logit of the closing bracket or quote that follows, minus "
            f"the mean logit, by LRP and three other methods. Shown are {shown} of "
            f"{count(len(decisions), 'decision')}, chosen by the text alone; the closing character has a probability "
            f"above {percent(0.5)} in {predicted} of all {len(decisions)}; in the others at least half of the "
            f"probability lies on other characters. {_conservation(decided)}"
        ),
    )


def _conservation(decided: Sequence[PredictorResults]) -> str:
    """The conservation check of LRP, and how its stabilizer was chosen."""
    residuals = [
        f"{tiny(max(abs(one.conservation.residual) for one in explanations(n)))} for the {n.spec.title} "
        f"(ε = {n.relevances.epsilon:g})"
        for n in decided
    ]
    return (
        "Conservation check of LRP: relevances of inputs, biases, stabilizer and initial state sum to the score in "
        f"float64 to {listed(residuals)}. The stabilizer ε is the smallest of 0.001, 0.01, 0.1 and 1 with which the "
        "absolute relevances of no decision sum to more than a hundred times its score: above that they cancel, and a "
        "relevance is no evidence."
    )


def deletion(results: RecurrentChapter) -> Figure:
    """The score while the most relevant characters are removed."""
    decisions = count(len(results.predictors[0].relevances.decisions), "decision")
    areas = areas_in_words({n.spec.title: explanations(n) for n in results.predictors})
    return recurrent_figure(
        results,
        "deletion",
        plot=True,
        page=RELIANCE,
        title="Faithfulness: deletion curves",
        alt="Deletion curves of four attribution methods and of random orders",
        caption=(
            "Logit of the closing character while characters are removed (their embeddings set to zero), those most "
            f"relevant by each method first; mean over {decisions} per network. Mean height of the curve minus that of "
            f"random orders, in nats; the lower, the more faithful. {areas}"
        ),
    )


FIGURES = {"relevance": relevance, "deletion": deletion}
