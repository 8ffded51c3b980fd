"""What was found about heat maps, in sentences made from the scores."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from atlas.chapters.heatmaps.scores import KINDS, NetworkScores, mean_agreement, mean_ranks
from atlas.publish.words import count, listed, number

ALIKE = 0.5  # Kendall's tau below which two scores are said to disagree
LEADING = 3  # methods that a sentence names


def disagreement(networks: Sequence[NetworkScores]) -> str:
    """Where scores rank methods differently: said first, since then no method is best."""
    tau = mean_agreement(networks)
    pairs = [(float(tau[a, b]), a, b) for a, b in combinations(range(len(KINDS)), 2) if np.isfinite(tau[a, b])]
    if not pairs:
        return "There are too few methods to compare scores."
    apart = [pair for pair in pairs if pair[0] < ALIKE]
    low, high = min(pairs), max(pairs)
    most = f"{_names(low)} agree least (Kendall’s tau {number(low[0], 2)}), {_names(high)} most ({number(high[0], 2)})"
    if not apart:
        return f"The scores rank the methods much alike: {most}."
    return (
        f"The scores disagree: {len(apart)} of {len(pairs)} pairs rank the methods with a Kendall’s tau below "
        f"{number(ALIKE, 1)}; {most}. So no method is best by all of them."
    )


def _names(pair: tuple[float, int, int]) -> str:
    return f"“{KINDS[pair[1]].title}” and “{KINDS[pair[2]].title}”"


def standing(networks: Sequence[NetworkScores]) -> str:
    """Which methods lead by their mean rank, which lose to a control, which are not valid or flagged."""
    ranked = mean_ranks(networks)
    explaining = [entry for entry in ranked if entry[0].family != "control"]
    controls = [entry for entry in ranked if entry[0].family == "control"]
    if not explaining or not controls:
        return ""
    best = min(rank for _, rank, _, _ in controls)
    lost = [method.title for method, rank, _, _ in explaining if rank >= best]
    leading = listed([f"{method.title} ({number(rank, 2)})" for method, rank, _, _ in explaining[:LEADING]])
    below = f"{listed(lost)} rank{'s' if len(lost) == 1 else ''} no higher" if lost else "all methods rank higher"
    flagged = sum(network.mark(method).flagged for network in networks for method, *_ in explaining)
    maps = f"{count(len(explaining), 'method')} and {count(len(networks), 'network')}"
    control = f"{controls[0][0].title}, has {number(best, 2)}"
    return (
        f"By the mean rank over scores, {leading} lead; the best control, {control}, and {below}. Randomizing the "
        f"weights leaves {flagged} of the maps of {maps} much as they were."
    )
