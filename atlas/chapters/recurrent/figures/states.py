"""The figures of hidden states: search, expected responses, maps of states and of cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.figures.character import STATES, names_of, recurrent_figure
from atlas.chapters.recurrent.match import SHOWN, THRESHOLD
from atlas.chapters.recurrent.records import CodeResults, RecurrentChapter
from atlas.chapters.recurrent.response import ClusterQuality
from atlas.core.results import Figure
from atlas.publish.words import count, listed, number, percent


@dataclass(frozen=True)
class CharacterCluster:
    """One cluster: its characters with their kinds, the cells that rise and fall
    most with them, and how many there are.
    """

    characters: list[tuple[str, str]]
    rising: list[int]
    falling: list[int]
    cells: int


STRONGEST = 6  # cells that a cluster names on either side


def character_clusters(network: CodeResults) -> list[CharacterCluster]:
    """All clusters, the largest first; characters and cells by the size of their response."""
    study, hidden, names = network.expected_responses, network.spec.cells, names_of(network)
    clusters, response = study.clusters, study.clusters.response
    found = []
    for cluster in range(clusters.quality.count):
        rows = np.flatnonzero(clusters.words == cluster)
        if not len(rows):
            continue
        rows = rows[np.argsort(-study.size[rows], kind="stable")]
        halves = np.flatnonzero(clusters.half_cells == cluster)
        moved = np.concatenate([response[rows].mean(0), -response[rows].mean(0)])
        halves = halves[np.argsort(-moved[halves], kind="stable")]
        rising, falling = (halves[halves < hidden], halves[halves >= hidden] - hidden)
        characters = [(names[study.symbols[row]], study.groups[row]) for row in rows.tolist()]
        found.append(
            CharacterCluster(
                characters, rising[:STRONGEST].tolist(), falling[:STRONGEST].tolist(), len(np.unique(halves % hidden))
            )
        )
    return sorted(found, key=lambda cluster: -len(cluster.characters))


def matches(results: RecurrentChapter) -> Figure:
    """Stretches of code with those at which the same cells are active."""
    searches = [search for n in results.networks for search in n.matches.searches]
    unbound = any(n.spec.rectified for n in results.networks)
    rectified = ", divided by the cell’s own 99.5th percentile where it is rectified" if unbound else ""
    better = sum(search.beats_chance for search in searches)
    return recurrent_figure(
        results,
        "matches",
        page=STATES,
        title="Hidden-state search",
        alt="Stretches of code with those at which the same cells are active",
        shows_code=True,
        caption=(
            "For each concept a stretch of held-out code and the cells that become active with it: tanh c of the "
            f"LSTM, else h{rectified}, is at least {number(THRESHOLD, 1)} or at most {number(-THRESHOLD, 1)} through "
            f"the whole stretch and was not just before it. The {SHOWN} best matches in other files share most of "
            "these cells and add fewest others (LSTMVis, Strobelt et al. 2018). In the concept: share of the matches; "
            "base rate: share of all stretches of that length; enrichment: their ratio; chance: share of the matches "
            f"of as many cells drawn at random. The matches beat base rate and chance in {better} of {len(searches)} "
            "searches."
        ),
    )


def reactions(results: RecurrentChapter) -> Figure:
    """Expected responses to characters, with their co-clusters."""
    first = results.networks[0].expected_responses
    two = [n.spec.title for n in results.networks if n.spec.directions > 1]
    between = f" (in the {listed(two)}: between what was read on either side)" if two else ""
    each = [f"{n.spec.title}: {_quality(n.expected_responses.clusters.quality)}" for n in results.networks]
    return recurrent_figure(
        results,
        "reactions",
        page=STATES,
        title="Expected response to characters",
        alt="Co-clusters of characters and cells",
        caption=(
            "Expected response: mean change of the hidden state when a character is read after each of "
            f"{count(first.contexts, 'state')}{between}. Co-clusters are characters that change the same cells in the "
            "same direction, with these cells (“memory chips” in Ming et al. 2017; each cell once as rising and once "
            f"as falling). Over {first.clusters.quality.seeds} seeds, each with its own states and initialization: "
            "agreement on the characters (adjusted Rand index), purity by kind of character, lowest correlation of "
            f"two responses. {'; '.join(each)}."
        ),
    )


def _quality(quality: ClusterQuality) -> str:
    return (
        f"{quality.count} clusters, agreement {number(quality.stability)} (shuffled responses "
        f"{number(quality.by_chance)}), purity {percent(quality.purity)} (95th percentile for shuffled kinds "
        f"{percent(quality.purity_p95)}), correlation {number(quality.response)}"
    )


def statemap(results: RecurrentChapter) -> Figure:
    """Maps of states, with trajectories."""
    each = [
        f"{n.spec.title}: UMAP {number(m.umap.trustworthiness)}, {percent(m.umap.purity)} (shuffled "
        f"{percent(m.umap.purity_shuffled)}); principal components {number(m.pca.trustworthiness)}, "
        f"{percent(m.pca.purity)}, with {percent(m.pca.variance)} of the variance"
        for n in results.networks
        for m in (n.state_maps,)
    ]
    return recurrent_figure(
        results,
        "statemap",
        plot=True,
        page=STATES,
        title="Maps of hidden states",
        alt="Maps of hidden states",
        caption=(
            "Hidden states after single characters of held-out code, by UMAP (cosine distance) and by the first two "
            "principal components. Colour: syntax at the character. Each line follows consecutive characters. "
            "Trustworthiness, and k-NN purity, the share of the 10 nearest points of the same colour. "
            f"{'. '.join(each)}."
        ),
    )


def cellmap(results: RecurrentChapter) -> Figure:
    """Maps of cells by the correlation of their states."""
    each = [
        f"{n.spec.title}: {len(m.responds) - m.unexplained} of {len(m.responds)} cells with a colour, trustworthiness "
        f"{number(m.cells.trustworthiness)}, purity {percent(m.cells.purity)} (shuffled "
        f"{percent(m.cells.purity_shuffled)})"
        for n in results.networks
        for m in (n.state_maps,)
    ]
    return recurrent_figure(
        results,
        "cellmap",
        plot=True,
        by_step=False,
        page=STATES,
        title="Maps of cells",
        alt="Maps of cells",
        caption=(
            "Each point is a cell; UMAP places cells with correlated states near each other. Colour: the concept that "
            "the cell predicts best on half of the files, if its score on the other half is above the chance level. "
            f"k-NN purity: share of the 10 nearest cells of the same colour. {'; '.join(each)}."
        ),
    )


FIGURES = {"matches": matches, "reactions": reactions, "statemap": statemap, "cellmap": cellmap}
