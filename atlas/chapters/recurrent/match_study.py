"""Range-select match on held-out code: one stretch for each concept, its cells, the best matches, and what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from atlas.chapters.recurrent.cell import RECTIFIED, Net
from atlas.chapters.recurrent.concepts import CONCEPTS
from atlas.chapters.recurrent.match import covered, first_run, held, is_on, matches, selected
from atlas.chapters.recurrent.texts import Text, read_b
from atlas.core.specs import Array

LEAST, MOST = 5, 8  # characters of a selected stretch; of tokens as many as have about so many characters
DRAWS = 3
AROUND = 24  # characters of context that the site shows
FULL = 0.995  # quantile of the size of a rectified cell's states that counts as 1


def study_matches(net: Net, texts: Sequence[Text], *, seed: int) -> tuple[dict[str, Array], dict[str, Any]]:
    """Facts `queries`: for each concept that is there or not, the first stretch of it in the first text of half B that has one.

    `share` of the matches lie in the concept through their whole length, against `base` of all stretches of that length and
    `chance`, the mean share among the matches of as many cells drawn at random, DRAWS times.
    """
    b, read = read_b(net, texts)
    on = [is_on(values[1:]) for values in _bounded(net, read)]  # row t: after character t
    queries = []
    for concept in (concept for concept in CONCEPTS if not concept.graded):
        chosen = _stretch(b, concept.name)
        if chosen is not None:
            queries.append({"concept": concept.name, **_query(b, on, concept.name, *chosen, seed=seed)})
    return {}, {"queries": queries, "characters": sum(map(len, b))}


def _bounded(net: Net, read: Sequence[tuple[Array, Array]]) -> list[Array]:
    """[N + 1, H] of each text's (h, c): tanh c of an LSTM, else h; without bounds (rectified) h by each cell's own FULL."""
    if net.cell.kind == "LSTM":
        return [np.tanh(c) for _, c in read]
    if net.cell.kind == RECTIFIED:
        full = np.maximum(np.quantile(np.concatenate([h for h, _ in read]), FULL, axis=0), 1e-9)
        return [h / full for h, _ in read]
    return [h for h, _ in read]


def _stretch(texts: Sequence[Text], concept: str) -> tuple[int, int, int] | None:
    for number, text in enumerate(texts):
        least, most = (max(2, round(many / text.spread)) for many in (LEAST, MOST))
        run = first_run(text.labels[concept], least=least, most=most)
        if run is not None:
            return number, *run
    return None


def _query(
    texts: Sequence[Text], on: Sequence[Array], concept: str, number: int, first: int, length: int, *, seed: int
) -> dict[str, Any]:
    cells = selected(on[number], first, length)
    size = on[number].shape[1] // 2
    others = [n for n in range(len(texts)) if n != number]
    through = [held(on[n], length) for n in others]
    found = matches(through, cells, length) if len(cells) else []
    inside = [covered(texts[n].labels[concept], length) for n in others]
    rows = [
        {"text": others[one.text], "first": one.first, "intersection": one.intersection, "union": one.union,
         "inside": bool(inside[one.text][one.first]), **_shown(texts[others[one.text]], one.first, length)}
        for one in found
    ]  # fmt: skip
    rng = np.random.default_rng([seed, first])
    chance = [
        np.mean([inside[m.text][m.first] for m in matches(through, drawn, length)])
        for drawn in (rng.choice(2 * size, max(1, len(cells)), replace=False) for _ in range(DRAWS))
    ]
    return {
        "text": number, "first": first, "length": length, "cells": [[int(cell) % size, 1 if cell < size else -1] for cell in cells], **_shown(texts[number], first, length),
        "matches": rows, "share": float(np.mean([row["inside"] for row in rows])) if rows else 0.0,
        "base": float(np.concatenate(inside).mean()), "chance": float(np.mean(chance)),
    }  # fmt: skip


def _shown(text: Text, first: int, length: int) -> dict[str, Any]:
    """The stretch with what stands around it."""
    whole, start = text.text, int(text.firsts[first])
    end = start + int(text.lengths[first : first + length].sum())
    return {"path": text.path, "before": whole[max(0, start - AROUND) : start], "stretch": whole[start:end],
            "after": whole[end : end + AROUND]}  # fmt: skip
