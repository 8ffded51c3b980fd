"""Range-select match on held-out code: one stretch for each concept, its cells, the best matches, and what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from atlas.recurrent.cell import Net
from atlas.recurrent.concepts import CONCEPTS
from atlas.recurrent.match import covered, first_run, held, is_on, matches, selected
from atlas.recurrent.texts import Text, halves
from atlas.recurrent.trace import states
from atlas.types import Array

LEAST, MOST = 5, 8  # characters of a selected stretch
DRAWS = 3
AROUND = 24  # characters of context that the site shows


def study_matches(net: Net, texts: Sequence[Text], *, seed: int) -> tuple[dict[str, Array], dict[str, Any]]:
    """Facts `queries`: for each concept that is there or not, the first stretch of it in the first text of half B that has one.

    `share` of the matches lie in the concept through their whole length, against `base` of all stretches of that length and
    `chance`, the mean share among the matches of as many cells drawn at random, DRAWS times.
    """
    _, b = halves(texts)
    lstm = net.cell.kind == "LSTM"
    on = [
        is_on((np.tanh(c) if lstm else h)[1:]) for h, c in states(net, [text.symbols for text in b])
    ]  # row t: after character t
    queries = []
    for concept in (concept for concept in CONCEPTS if not concept.graded):
        chosen = _stretch(b, concept.name)
        if chosen is not None:
            queries.append({"concept": concept.name, **_query(b, on, concept.name, *chosen, seed=seed)})
    return {}, {"queries": queries, "characters": sum(map(len, b))}


def _stretch(texts: Sequence[Text], concept: str) -> tuple[int, int, int] | None:
    for number, text in enumerate(texts):
        run = first_run(text.labels[concept], least=LEAST, most=MOST)
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
    whole, end = text.text, first + length
    return {"path": text.path, "before": whole[max(0, first - AROUND) : first], "stretch": whole[first:end],
            "after": whole[end : end + AROUND]}  # fmt: skip
