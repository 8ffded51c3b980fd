"""The figures of what the character networks' decisions rest on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from atlas.chapters.recurrent.attribution import CHANCE
from atlas.chapters.recurrent.figures.character import RELIANCE, recurrent_figure
from atlas.chapters.recurrent.records import RecurrentChapter, RecurrentResults
from atlas.core.results import Figure
from atlas.publish.chart import Line
from atlas.publish.words import count, listed, number, percent, tiny

METHODS = {"lrp": "LRP", "gradient": "gradient × input", "integrated": "integrated gradients", "occlusion": "occlusion"}
SHOWN = 3  # decisions that are shown; curves are over all


def deletion_lines(network: RecurrentResults, study: str) -> list[Line]:
    """The mean score of a study's decisions while what is most relevant is taken away, by method; random orders last."""
    arrays, decided = network.arrays[study], network.facts[study]["decisions"]
    share = np.linspace(0, 1, 17)

    def mean(name: str) -> tuple[float, ...]:
        curves = [arrays[f"{place}/curve/{name}"] for place in range(len(decided))]
        return tuple(np.mean([np.interp(share, np.linspace(0, 1, len(curve)), curve) for curve in curves], 0).tolist())

    return [
        Line(title, tuple((100 * share).tolist()), mean(name))
        for name, title in {**METHODS, CHANCE: CHANCE}.items()
        if decided
    ]


def mean_areas(network: RecurrentResults, study: str) -> dict[str, float]:
    """Each method's mean score under deletion minus that of random orders, over the decisions of a study: lower is better."""
    decided = network.facts[study]["decisions"]
    return {name: float(np.mean([one["deletion"][name] for one in decided])) for name in METHODS if decided}


def told_areas(networks: Sequence[RecurrentResults], study: str) -> str:
    """The areas in words."""
    told = []
    for network in networks:
        areas = mean_areas(network, study)
        if areas:
            told.append(
                f"{network.spec.title} {listed([f'{METHODS[name]} {number(area, 2)}' for name, area in areas.items()])}"
            )
    return "; ".join(told)


def relevance(results: RecurrentChapter) -> Figure:
    """The characters that the logit of a closing sign rests on."""
    decided = [n for n in results.networks if n.facts["relevances"]["decisions"]]
    records = [d for n in decided for d in n.facts["relevances"]["decisions"]]
    missed = [
        f"{n.spec.title} {tiny(max(abs(d['ledger']['residual']) for d in n.facts['relevances']['decisions']))} (e {n.facts['relevances']['epsilon']:g})"
        for n in decided
    ]
    right = sum(d["probability"] > 0.5 for d in records)
    shown = sum(min(SHOWN, len(n.facts["relevances"]["decisions"])) for n in decided)
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
        f"{count(len(results.networks[0].facts['relevances']['decisions']), 'decision')} a network; their embeddings become zero). Mean height of the "
        f"curve above that of random orders, in nats: {told_areas(results.networks, 'relevances')}. The lower, the more faithful.",
    )  # fmt: skip


FIGURES = {"relevance": relevance, "deletion": deletion}
