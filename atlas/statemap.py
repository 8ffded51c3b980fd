"""Maps of a recurrent network: its states along texts (UMAP and principal components) and its cells by what they respond to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from atlas.embed import NEAREST, EmbedSettings, embed, features, kept_ranks, nearest, unit_square
from atlas.recurrent.cell import Net
from atlas.recurrent.concepts import CONCEPTS, KINDS
from atlas.recurrent.score import ranks, scores_of_many, strength
from atlas.recurrent.texts import Text, halves
from atlas.recurrent.trace import states
from atlas.types import Array

SAMPLED, WALK = 1000, 30  # states of the map, and characters of the trajectory
JUDGED = 12_000  # states that say what a cell responds to
COMPARED = 800  # states at which cells are compared with each other
SETTINGS = EmbedSettings(neighbours=30)


def study_maps(net: Net, texts: Sequence[Text], *, seed: int) -> tuple[dict[str, Array], dict[str, Any]]:
    """Arrays: `umap` and `pca` [N, 2] in [0, 1] of N states, `kind` [N] into KINDS, `walk` the rows of the trajectory in order, its
    `symbols`; `cells` [H, 2] and `responds` [H] into CONCEPTS (-1: to none above chance). Facts: quality figures.
    """
    _, b = halves(texts)
    read = [text.rows(h) for text, (h, _) in zip(b, states(net, [text.symbols for text in b]), strict=True)]
    vectors, kind = np.concatenate(read), np.concatenate([kinds_of(text)[:-1] for text in b])
    number, first = _walk_start(b)
    start = first + sum(len(text) - 1 for text in b[:number])
    rng = np.random.default_rng(seed)
    chosen = np.concatenate(
        [np.arange(start, start + WALK), rng.choice(len(vectors), min(SAMPLED, len(vectors)), replace=False)]
    )
    chosen, place = np.unique(chosen, return_index=True)
    walk = np.flatnonzero(place < WALK)
    layout = embed(vectors[chosen], kind[chosen], SETTINGS, seed=seed)
    pca, told = principal(vectors[chosen], kind[chosen], seed=seed)
    cells, responds, about = _cell_map(
        vectors, {c.name: np.concatenate([t.labels[c.name][:-1] for t in b]) for c in CONCEPTS}, seed=seed
    )
    arrays = {"umap": layout.xy, "pca": pca, "kind": kind[chosen], "walk": walk, "symbols": b[number].symbols[1 + first : 1 + first + len(walk)],
              "cells": cells, "responds": responds}  # fmt: skip
    quality = {key: value for key, value in asdict(layout).items() if key != "xy"}
    return arrays, {"umap": quality, "pca": told, "cells": about, "path": b[number].path}


def kinds_of(text: Text) -> Array:
    """[N] index into KINDS of each character, len(KINDS) where none holds."""
    found = np.full(len(text), len(KINDS))
    for number in reversed(range(len(KINDS))):
        found[text.labels[KINDS[number]] > 0] = number
    return found


def _walk_start(texts: Sequence[Text]) -> tuple[int, int]:
    """(text, character) where the stretch of WALK characters with the most changes of kind begins."""
    most, place = -1, (0, 0)
    for number, text in enumerate(texts):
        changes = np.cumsum(np.concatenate([[False], np.diff(kinds_of(text)) != 0]))
        last = len(text) - 1 - WALK
        if last < 1:
            continue
        within = changes[WALK : WALK + last] - changes[:last]
        if within.max() > most:
            most, place = int(within.max()), (number, int(within.argmax()))
    return place


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


def _cell_map(vectors: Array, labels: dict[str, Array], *, seed: int) -> tuple[Array, Array, dict[str, Any]]:
    """Cells laid out by the correlation of their states, and the concept that each tells best, if above chance."""
    rng = np.random.default_rng(seed)
    every = max(1, len(vectors) // JUDGED)
    vectors, labels = vectors[::every], {name: label[::every] for name, label in labels.items()}
    ranked = ranks(vectors)
    table, bars = [], []
    for concept in CONCEPTS:
        label = labels[concept.name]
        if np.ptp(label) == 0:
            table.append(np.full(vectors.shape[1], 0.5))
            bars.append(1.0)
            continue
        moved = np.stack([np.roll(label, d) for d in rng.integers(len(label) // 4, 3 * len(label) // 4, 20)], 1)
        table.append(strength(scores_of_many(ranked, label[:, None], graded=concept.graded)[:, 0]))
        bars.append(float(np.quantile(strength(scores_of_many(ranked, moved, graded=concept.graded)).max(0), 0.95)))
    margin = np.array(table) - np.array(bars)[:, None]  # [concepts, H]
    responds = np.where(margin.max(0) > 0, margin.argmax(0), -1)
    sample = np.sort(rng.choice(len(vectors), min(COMPARED, len(vectors)), replace=False))
    traces = vectors[sample].T - vectors[sample].mean(0)[:, None]
    layout = embed(traces, responds, EmbedSettings(neighbours=15), seed=seed)
    quality = {key: value for key, value in asdict(layout).items() if key != "xy"}
    return layout.xy, responds, quality | {"none": int((responds < 0).sum())}
