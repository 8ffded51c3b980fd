"""The figures of what single cells encode: over text, against chance, against a
linear probe, and under mean ablation.
"""

from __future__ import annotations

from collections.abc import Callable

from atlas.chapters.recurrent.cells import CellFinding
from atlas.chapters.recurrent.figures.character import TITLES, recurrent_figure, shown_cell
from atlas.chapters.recurrent.records import RecurrentChapter
from atlas.core.results import Figure
from atlas.publish.words import count, listed, percent, tiny


def _by_network(results: RecurrentChapter, holds: Callable[[CellFinding], bool]) -> str:
    """For how many concepts of each network something holds: LSTM 8 of 9, GRU 7 of 9."""
    return listed(
        [f"{n.spec.title} {sum(map(holds, n.cells.concepts))} of {len(n.cells.concepts)}" for n in results.networks]
    )


def passage(results: RecurrentChapter) -> Figure:
    """A passage of code coloured by one cell of each network."""
    path = results.networks[0].passages.paths[0]
    best = [(n.spec.title, shown_cell(n)) for n in results.networks]
    cells = [f"cell {finding.cell} of the {title} ({TITLES[finding.concept]})" for title, finding in best]
    worst = max(n.passages.replay for n in results.networks)
    return recurrent_figure(
        results,
        "passage",
        title="Cell activations over text",
        alt="Source code coloured by the activation of one cell",
        shows_code=True,
        caption=(
            f"Held-out source code ({path}) coloured by {listed(cells)}: in each network the cell with the highest "
            "held-out score for any concept. Orange is above zero, blue below, full colour at the cell’s 99.5th "
            "percentile. Gates are recomputed step by step; the states equal those of the framework’s forward pass to "
            f"{tiny(worst)} in float64."
        ),
    )


def concepts(results: RecurrentChapter) -> Figure:
    """The best cell for each concept, against chance."""
    study = results.networks[0].cells
    above = _by_network(results, lambda finding: finding.score > finding.null_p95)
    return recurrent_figure(
        results,
        "concepts",
        title="Concepts encoded by single cells",
        alt="Best cell for each concept, with its score and the chance level",
        caption=(
            f"Best cell for each concept, chosen on {count(study.characters_a, 'character')} of held-out files and "
            f"scored on {count(study.characters_b, 'character')} of other held-out files. Score: area under the ROC "
            "curve, for graded concepts (1 + Spearman’s rank correlation) / 2; 0.5 is chance. Chance level: 95th "
            f"percentile of the best of all cells for {study.shifts} circularly shifted label sequences. Concepts with "
            f"a cell above it: {above}."
        ),
    )


def localized(results: RecurrentChapter) -> Figure:
    """The best cell against a linear probe on all cells, with the probe's control task."""
    spread = _by_network(results, lambda finding: finding.probe - finding.score > 0.05)
    return recurrent_figure(
        results,
        "localized",
        plot=True,
        title="Single cells against a linear probe on all cells",
        alt="Scores of the best cell, the linear probe and its control task",
        caption=(
            "Held-out score of the best single cell (dot) and of a linear probe on all cells (ring), both fitted on "
            "other files. Bar: chance level of the best cell. Cross: the probe on a control task with random labels "
            "for pairs of characters (Hewitt and Liang 2019), the score that memorizing alone gives. A ring far from "
            "its dot, and above the cross, means that the concept is distributed over cells. The probe is better by "
            f"more than 0.05 for {spread} concepts."
        ),
    )


def causal(results: RecurrentChapter) -> Figure:
    """The loss under mean ablation of the best cell, inside and outside its concept."""
    effects = [finding.ablation for n in results.networks for finding in n.cells.concepts if finding.ablation]
    specific = _by_network(results, lambda finding: bool(finding.ablation and finding.ablation.percentile >= 0.95))
    peers = max((effect.peers for effect in effects), default=0)
    return recurrent_figure(
        results,
        "causal",
        plot=True,
        title="Mean ablation of the best cells",
        alt="Loss increase under mean ablation inside and outside the concept",
        caption=(
            "Loss increase when the best cell of a concept is fixed at its mean (mean ablation), over "
            f"{count(results.networks[0].cells.ablated or 0, 'character')}: inside the concept (dot) and outside it "
            f"(ring), in nats per character. Percentile: among the {count(peers, 'cell')} of most similar activity, "
            f"the share whose ablation is less specific to the concept. At {percent(0.95)} or above for {specific} "
            "concepts; for the others a cell predicts a concept that the network need not read from it."
        ),
    )


FIGURES = {"passage": passage, "concepts": concepts, "localized": localized, "causal": causal}
