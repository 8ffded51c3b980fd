"""The figures of what single cells stand for: over text, against chance, against all cells together, and held."""

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
    paths = results.networks[0].passages.paths
    shown = [(n.spec.title, shown_cell(n)) for n in results.networks]
    told = [f"cell {finding.cell} of the {title} ({TITLES[finding.concept]})" for title, finding in shown]
    worst = max(n.passages.replay for n in results.networks)
    return recurrent_figure(
        results, "passage", title="Cells over text", alt="Source code coloured by a cell's memory", shows_code=True,
        caption=f"Held-out source code ({listed(paths[:1])}) coloured by {listed(told)}: in each network the cell with the highest "
        "held-out score. Orange is above zero, blue below, full colour at the cell's own 99.5th percentile. All values are from a "
        f"replay with every gate in the open; its states are those of the networks' own forward pass to {tiny(worst)} in float64.",
    )  # fmt: skip


def concepts(results: RecurrentChapter) -> Figure:
    """The best cell for each concept, against chance."""
    study = results.networks[0].cells
    above = _by_network(results, lambda finding: finding.score > finding.null_p95)
    return recurrent_figure(
        results, "concepts", title="What single cells stand for", alt="Table of best cells, scores and null",
        caption=f"The best cell for each concept: chosen on {count(study.characters_a, 'character')} of held-out files, scored on "
        f"{count(study.characters_b, 'character')} of others (area under the ROC curve; graded concepts: (1 + rank "
        f"correlation) / 2; 0.5 is chance). Null: 95th percentile of the best of all cells for {study.shifts} labels shifted in a "
        f"circle. Above it: {above} concepts.",
    )  # fmt: skip


def localized(results: RecurrentChapter) -> Figure:
    """The best cell against a probe on all cells, with the probe's control task."""
    spread = _by_network(results, lambda finding: finding.probe - finding.score > 0.05)
    return recurrent_figure(
        results, "localized", plot=True, title="In one cell, or spread over many?", alt="Scores of best cell, probe and control task",
        caption="For each concept the held-out score of the best single cell (dot) and of a linear probe on all cells (ring), both chosen on "
        "other files; the bar is where chance puts the best cell, the cross what the probe reaches for a control task, labels drawn at random "
        "for every pair of characters. A ring far from its dot says that the concept is spread over cells; it means "
        f"something only above the cross. The probe is ahead by more than 0.05 for {spread} concepts.",
    )  # fmt: skip


def causal(results: RecurrentChapter) -> Figure:
    """What holding the best cell costs inside and outside its concept."""
    effects = [finding.ablation for n in results.networks for finding in n.cells.concepts if finding.ablation]
    told = _by_network(results, lambda finding: bool(finding.ablation and finding.ablation.percentile >= 0.95))
    peers = max((effect.peers for effect in effects), default=0)
    return recurrent_figure(
        results, "causal", plot=True, title="Does the network need the cell?", alt="Extra loss inside and outside the concept",
        caption=f"The best cell of each concept held at its mean while {count(results.networks[0].cells.ablated or 0, 'character')} are read: "
        "extra nats a character inside the concept (dot) and outside it (ring). Percentile: among the "
        f"{count(peers, 'cell')} of most similar activity, how many are less specific to the concept when held. At "
        f"{percent(0.95)} or above: {told} concepts. A cell can tell a concept that the network reads elsewhere.",
    )  # fmt: skip


FIGURES = {"passage": passage, "concepts": concepts, "localized": localized, "causal": causal}
