"""Maps of a recurrent network: its states along texts (UMAP and principal
components) and its cells by what they respond to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from atlas.chapters.recurrent.cell import Net
from atlas.chapters.recurrent.cell_study import CellStudy
from atlas.chapters.recurrent.cells import best_concepts
from atlas.chapters.recurrent.concepts import CONCEPTS, KINDS
from atlas.chapters.recurrent.texts import Text, read_b
from atlas.core.pack import stored
from atlas.core.results import Layout
from atlas.core.specs import Array
from atlas.methods.embed import NEAREST, EmbedSettings, embed, features, kept_ranks, nearest, unit_square

SAMPLED = 1000  # states of the map
WALKS, WALK = 3, 30  # trajectories, and characters of each
COMPARED = 800  # states at which cells are compared with each other
SETTINGS = EmbedSettings(neighbours=30)


@dataclass(frozen=True, kw_only=True)
class Map:
    """Points [N, 2] in [0, 1], and how far they can be trusted: all in [0, 1], see `atlas.core.results.Layout`."""

    xy: Array = stored("")
    trustworthiness: float
    purity: float
    purity_shuffled: float


@dataclass(frozen=True, kw_only=True)
class PrincipalMap(Map):
    """The first two principal components, with the share of the variance that they explain."""

    variance: float


@dataclass(frozen=True, kw_only=True)
class UmapMap(Map):
    """A UMAP layout with its parameters."""

    continuity: float
    stability: float
    parameters: Mapping[str, Any]

    @classmethod
    def of(cls, layout: Layout) -> UmapMap:
        """The same as `layout`."""
        return cls(**vars(layout))


@dataclass(frozen=True, kw_only=True)
class StateMapStudy:
    """Maps of N states along the texts of half B, and of the H cells.

    `kind` [N] is an index into KINDS (len(KINDS): none), `responds` [H] into CONCEPTS (-1: to none above chance).
    """

    umap: UmapMap
    pca: PrincipalMap
    kind: Array
    walks: Array  # [WALKS, WALK] rows of each trajectory, in order
    symbols: Array  # [WALKS, WALK] what was read there, indices into the names of the network's symbols
    paths: tuple[str, ...]  # of the files of the walks
    cells: UmapMap
    responds: Array
    unexplained: int = stored("cells/none")  # cells that respond to no concept above chance


def study_state_maps(net: Net, texts: Sequence[Text], cells: CellStudy, *, seed: int) -> StateMapStudy:
    """Maps of states by UMAP and principal components, and of cells by their
    correlation, coloured by the study `cells`.
    """
    b, read = read_b(net, texts)
    vectors = np.concatenate([text.rows(h) for text, (h, _) in zip(b, read, strict=True)])
    kind = np.concatenate([kinds_of(text)[:-1] for text in b])
    starts = np.cumsum([0, *(len(text) - 1 for text in b)])
    walked = walks(b)
    rows = np.array([starts[index] + first for index, first in walked])[:, None] + np.arange(WALK)
    rng = np.random.default_rng(seed)
    drawn = rng.choice(len(vectors), min(SAMPLED, len(vectors)), replace=False)
    chosen = np.unique(np.concatenate([rows.ravel(), drawn]))
    responds = responses_of(cells)
    return StateMapStudy(
        umap=UmapMap.of(embed(vectors[chosen], kind[chosen], SETTINGS, seed=seed)),
        pca=principal(vectors[chosen], kind[chosen], seed=seed),
        kind=kind[chosen],
        walks=np.searchsorted(chosen, rows),
        symbols=np.stack([b[index].seen[1 + first : 1 + first + WALK] for index, first in walked]),
        paths=tuple(b[index].path for index, _ in walked),
        cells=cell_map(vectors, responds, seed=seed),
        responds=responds,
        unexplained=int((responds < 0).sum()),
    )


def responses_of(cells: CellStudy) -> Array:
    """[H] the concept, an index into CONCEPTS, that each cell responds to; -1: to none above chance."""
    names = [concept.name for concept in CONCEPTS]
    nulls = {names.index(finding.concept): finding.null_p95 for finding in cells.concepts}
    return best_concepts(cells.scores_a, cells.scores_b, nulls)


def kinds_of(text: Text) -> Array:
    """[N] index into KINDS of each character, len(KINDS) where none holds."""
    found = np.full(len(text), len(KINDS))
    for number in reversed(range(len(KINDS))):
        found[text.labels[KINDS[number]] > 0] = number
    return found


def walks(texts: Sequence[Text]) -> list[tuple[int, int]]:
    """(text, character) where the WALKS stretches of WALK characters with the most
    changes of kind begin, each in another text.
    """
    found = []
    for number, text in enumerate(texts):
        changes = np.cumsum(np.concatenate([[False], np.diff(kinds_of(text)) != 0]))
        last = len(text) - 1 - WALK
        if last >= 1:
            within = changes[WALK : WALK + last] - changes[:last]
            found.append((-int(within.max()), number, int(within.argmax())))
    return [(number, first) for _, number, first in sorted(found)[:WALKS]]


def principal(vectors: Array, classes: Array, *, seed: int) -> PrincipalMap:
    """The first two principal components of [N, C], and how far they can be trusted."""
    points = features(vectors, "euclidean")
    xy = unit_square(points[:, :2])
    rows = np.arange(len(points))
    near = nearest(xy, NEAREST)[0]
    shuffled = np.random.default_rng(seed).permutation(classes)
    whole = float(((vectors - vectors.mean(0)) ** 2).sum() / _scale(vectors, points))
    return PrincipalMap(
        xy=xy,
        trustworthiness=kept_ranks(points, near, rows),
        purity=float((classes[near] == classes[:, None]).mean()),
        purity_shuffled=float((shuffled[near] == shuffled[:, None]).mean()),
        variance=float((points[:, :2] ** 2).sum() / max(whole, 1e-12)),
    )


def _scale(vectors: Array, points: Array) -> float:
    """What `features` divided squared lengths by."""
    centred = vectors - vectors.mean(0)
    axes = np.linalg.eigh(centred.T @ centred)[0]
    return float(axes[::-1][: points.shape[1]].sum() / (points**2).sum())


def cell_map(vectors: Array, responds: Array, *, seed: int) -> UmapMap:
    """The H cells of states `vectors` [T, H], laid out by their correlation, with
    the purity of what they respond to [H].
    """
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.choice(len(vectors), min(COMPARED, len(vectors)), replace=False))
    traces = vectors[sample].T - vectors[sample].mean(0)[:, None]
    kinds = responds + 1  # to respond to nothing (-1) is a kind too
    return UmapMap.of(embed(traces, kinds, EmbedSettings(neighbours=15), seed=seed))
