"""Maps of a recurrent network: its states along texts (UMAP and principal components) and its cells by what they respond to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from atlas.chapters.recurrent.cell import Net
from atlas.chapters.recurrent.cells import best_told
from atlas.chapters.recurrent.concepts import CONCEPTS, KINDS
from atlas.chapters.recurrent.texts import Text, read_b
from atlas.core.results import Layout
from atlas.core.specs import Array
from atlas.methods.embed import NEAREST, EmbedSettings, embed, features, kept_ranks, nearest, unit_square

SAMPLED = 1000  # states of the map
WALKS, WALK = 3, 30  # trajectories, and characters of each
COMPARED = 800  # states at which cells are compared with each other
SETTINGS = EmbedSettings(neighbours=30)


def study_maps(
    net: Net, texts: Sequence[Text], scored: Mapping[str, Array], found: Sequence[Mapping[str, Any]], *, seed: int
) -> tuple[dict[str, Array], dict[str, Any]]:
    """Arrays: `umap` and `pca` [N, 2] in [0, 1] of N states, `kind` [N] into KINDS, `walks` [WALKS, WALK] the rows of each trajectory
    in order, their `symbols` [WALKS, WALK]; `cells` [H, 2] and `responds` [H] into CONCEPTS (-1: to none above chance), by the
    scores and records of the study of cells. Facts: quality figures.
    """
    b, read = read_b(net, texts)
    vectors = np.concatenate([text.rows(h) for text, (h, _) in zip(b, read, strict=True)])
    kind = np.concatenate([kinds_of(text)[:-1] for text in b])
    starts = np.cumsum([0, *(len(text) - 1 for text in b)])
    walked = walks(b)
    rows = np.array([starts[number] + first for number, first in walked])[:, None] + np.arange(WALK)
    rng = np.random.default_rng(seed)
    drawn = rng.choice(len(vectors), min(SAMPLED, len(vectors)), replace=False)
    chosen = np.unique(np.concatenate([rows.ravel(), drawn]))
    layout = embed(vectors[chosen], kind[chosen], SETTINGS, seed=seed)
    pca, told = principal(vectors[chosen], kind[chosen], seed=seed)
    names = [concept.name for concept in CONCEPTS]
    nulls = {names.index(record["concept"]): record["null_p95"] for record in found}
    responds = best_told(scored["scores_a"], scored["scores_b"], nulls)
    cells, about = cell_map(vectors, responds, seed=seed)
    symbols = [b[number].seen[1 + first : 1 + first + WALK] for number, first in walked]
    arrays = {"umap": layout.xy, "pca": pca, "kind": kind[chosen], "walks": np.searchsorted(chosen, rows),
              "symbols": np.stack(symbols), "cells": cells, "responds": responds}  # fmt: skip
    return arrays, {
        "umap": _quality(layout),
        "pca": told,
        "cells": about,
        "paths": [b[number].path for number, _ in walked],
    }


def _quality(layout: Layout) -> dict[str, Any]:
    return {key: value for key, value in asdict(layout).items() if key != "xy"}


def kinds_of(text: Text) -> Array:
    """[N] index into KINDS of each character, len(KINDS) where none holds."""
    found = np.full(len(text), len(KINDS))
    for number in reversed(range(len(KINDS))):
        found[text.labels[KINDS[number]] > 0] = number
    return found


def walks(texts: Sequence[Text]) -> list[tuple[int, int]]:
    """(text, character) where the WALKS stretches of WALK characters with the most changes of kind begin, each in another text."""
    found = []
    for number, text in enumerate(texts):
        changes = np.cumsum(np.concatenate([[False], np.diff(kinds_of(text)) != 0]))
        last = len(text) - 1 - WALK
        if last >= 1:
            within = changes[WALK : WALK + last] - changes[:last]
            found.append((-int(within.max()), number, int(within.argmax())))
    return [(number, first) for _, number, first in sorted(found)[:WALKS]]


def principal(vectors: Array, classes: Array, *, seed: int) -> tuple[Array, dict[str, Any]]:
    """The first two principal components of [N, C], and how far they can be trusted."""
    points = features(vectors, "euclidean")
    xy = unit_square(points[:, :2])
    rows = np.arange(len(points))
    near = nearest(xy, NEAREST)[0]
    shuffled = np.random.default_rng(seed).permutation(classes)
    share = (points[:, :2] ** 2).sum() / max(
        float(((vectors - vectors.mean(0)) ** 2).sum() / _scale(vectors, points)), 1e-12
    )
    return xy, {
        "trustworthiness": kept_ranks(points, near, rows),
        "purity": float((classes[near] == classes[:, None]).mean()),
        "purity_shuffled": float((shuffled[near] == shuffled[:, None]).mean()),
        "variance": float(share),
    }  # fmt: skip


def _scale(vectors: Array, points: Array) -> float:
    """What `features` divided squared lengths by."""
    centred = vectors - vectors.mean(0)
    axes = np.linalg.eigh(centred.T @ centred)[0]
    return float(axes[::-1][: points.shape[1]].sum() / (points**2).sum())


def cell_map(vectors: Array, responds: Array, *, seed: int) -> tuple[Array, dict[str, Any]]:
    """[H, 2] the cells of states `vectors` [T, H], laid out by their correlation, with the purity of what they respond to [H]."""
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.choice(len(vectors), min(COMPARED, len(vectors)), replace=False))
    traces = vectors[sample].T - vectors[sample].mean(0)[:, None]
    layout = embed(traces, responds, EmbedSettings(neighbours=15), seed=seed)
    return layout.xy, _quality(layout) | {"none": int((responds < 0).sum())}
