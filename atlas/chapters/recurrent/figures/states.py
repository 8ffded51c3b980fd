"""The figures of states: where else the same cells are on, how characters move them, maps of states and of cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.figures.character import STATES, names_of, recurrent_figure
from atlas.chapters.recurrent.match import SHOWN, THRESHOLD
from atlas.chapters.recurrent.records import CodeResults, RecurrentChapter
from atlas.core.results import Figure
from atlas.publish.words import count, listed, number, percent


@dataclass(frozen=True)
class CharacterCluster:
    """One cluster: its characters with their kinds, the cells that rise and fall most with them, and how many there are."""

    characters: list[tuple[str, str]]
    rising: list[int]
    falling: list[int]
    cells: int


STRONGEST = 6  # cells that a chip names on either side


def character_clusters(network: CodeResults) -> list[CharacterCluster]:
    """All clusters, the largest first; characters and cells by how strongly they answer."""
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
    """Stretches of code with those that match them."""
    searches = [search for n in results.networks for search in n.matches.searches]
    unbound = any(n.spec.rectified for n in results.networks)
    rectified = ", where it is rectified divided by the cell's own 99.5th percentile" if unbound else ""
    better = sum(search.beats_chance for search in searches)
    return recurrent_figure(
        results, "matches", page=STATES, title="Where else the same cells are on", alt="Stretches of code with the stretches that match them",
        shows_code=True,
        caption=f"For each concept a stretch of held-out code, the cells that are on through it (tanh c of the LSTM, else h{rectified}, at least "
        f"{number(THRESHOLD, 1)} or at most {number(-THRESHOLD, 1)}; those that were off just before), and the {SHOWN} stretches of other files "
        "that share most of them and add fewest others. Share: of these matches, how many lie in the concept; base rate: of all stretches "
        "of that length; enrichment: the one divided by the other; by chance: the share for as many cells drawn at random. "
        f"In {better} of {len(searches)} searches the match beats both.",
    )  # fmt: skip


def reactions(results: RecurrentChapter) -> Figure:
    """How characters move the state, and which cells they move together."""
    told = [
        f"{n.spec.title} {quality.count} clusters, {number(quality.stability)} (shuffled {number(quality.by_chance)}), purity "
        f"{percent(quality.purity)} (shuffled kinds, 95th percentile {percent(quality.purity_p95)}), responses {number(quality.response)}"
        for n in results.networks
        for quality in (n.expected_responses.clusters.quality,)
    ]
    first = results.networks[0].expected_responses
    two = [n.spec.title for n in results.networks if n.spec.directions > 1]
    between = f" (in the {listed(two)}: between what was read on either side of it)" if two else ""
    return recurrent_figure(
        results, "reactions", page=STATES, title="How characters move the state", alt="Clusters of characters and cells",
        caption=f"Expected response: the mean change of the state when a character is read after each of {count(first.contexts, 'state')}{between}, and "
        "characters and cells clustered together by it (memory chips; a cell counts as rising and as falling). Over "
        f"{first.clusters.quality.seeds} seeds, each with states and a start of its own: agreement on the characters (adjusted Rand index), share of "
        f"characters of their cluster's most frequent kind, and lowest correlation of the responses: {'; '.join(told)}.",
    )  # fmt: skip


def statemap(results: RecurrentChapter) -> Figure:
    """States laid out, with trajectories."""
    told = [
        f"{n.spec.title} {number(m.umap.trustworthiness)} and {percent(m.umap.purity)} (shuffled {percent(m.umap.purity_shuffled)}); "
        f"by components {number(m.pca.trustworthiness)}, {percent(m.pca.purity)}, {percent(m.pca.variance)} of the variance"
        for n in results.networks
        for m in (n.state_maps,)
    ]
    return recurrent_figure(
        results, "statemap", plot=True, page=STATES, title="Maps of states", alt="Maps of states",
        caption="States after single characters of held-out code, laid out by UMAP (cosine) and by principal components, coloured by what holds "
        "there; each line follows consecutive characters. Trustworthiness, and share of the 10 nearest points of the same colour: "
        f"{listed(told)}.",
    )  # fmt: skip


def cellmap(results: RecurrentChapter) -> Figure:
    """Cells laid out by what they do."""
    told = [
        f"{n.spec.title} {len(m.responds) - m.unexplained} of {len(m.responds)}, trustworthiness {number(m.cells.trustworthiness)}, "
        f"{percent(m.cells.purity)} (shuffled {percent(m.cells.purity_shuffled)})"
        for n in results.networks
        for m in (n.state_maps,)
    ]
    return recurrent_figure(
        results, "cellmap", plot=True, by_step=False, page=STATES, title="Maps of cells", alt="Maps of cells",
        caption="Each point is a cell; cells lie near each other where their states are correlated (UMAP), and have the colour of the concept "
        "that they tell best on half of the files, if the other half bears it out better than the best of all cells does for shifted "
        f"labels. Cells with a colour, and share of the 10 nearest cells of the same colour: {'; '.join(told)}.",
    )  # fmt: skip


FIGURES = {"matches": matches, "reactions": reactions, "statemap": statemap, "cellmap": cellmap}
