"""What the cell browser (`templates/static/recurrent.js`) loads for each network:
states, gates, predictions, scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from atlas.chapters.recurrent.concepts import CONCEPTS
from atlas.chapters.recurrent.figures.cell import named_cells
from atlas.chapters.recurrent.figures.character import names_of
from atlas.chapters.recurrent.match import THRESHOLD
from atlas.chapters.recurrent.records import CodeResults
from atlas.core.specs import Array

ZERO = ord("i")  # the letter of level 0: -8 to 8 are a to q
LEVELS = 8  # of colour on either side of zero
ESCAPED = '"\\<'  # printable characters that a script does not hold as they are
PAIRS = "".join(chr(code) for code in range(33, 127) if chr(code) not in ESCAPED)[: (LEVELS + 1) ** 2]


def browser_data(network: CodeResults) -> dict[str, Any]:
    """All that the cell browser needs.

    `data`: a letter a character and cell for c and h ("i" is level 0); `gates`: a sign of PAIRS for two of them, in
    levels 0 to 8; `next`: the likeliest next characters with their probabilities in per cent, none of an encoder;
    `scores`: of all cells on half B for each concept, in thousandths, below 500 for cells that are low in it; `pages`:
    cells with a page; `on`: the level of h from which on a cell is active.


    """
    named, passages = named_cells(network), network.passages
    states = {"c": passages.c, "h": passages.h} if network.spec.cell == "LSTM" else {"h": passages.h}
    return {
        "cells": network.spec.cells,
        "pages": "all" if len(named) == network.spec.cells else named,
        "on": int(np.ceil(LEVELS * THRESHOLD)),
        "scores": _scores(network),
        "data": {name: _letters(values / 127) for name, values in states.items()},
        "gates": {name: paired(colours(passages.gates[name] / 127)) for name in network.gates.gates},
        "pairs": PAIRS,
        "next": _next(network),
    }


def _scores(network: CodeResults) -> dict[str, list[int]]:
    columns = np.rint(1000 * network.cells.scores_b).T
    each = zip(CONCEPTS, columns, strict=True)
    return {concept.title: column.astype(int).tolist() for concept, column in each if not np.isnan(column).any()}


def _next(network: CodeResults) -> list[list[list[Any]]]:
    """For each character of the passage its likeliest next ones, each with its probability."""
    passages, names = network.passages, names_of(network)
    if passages.likely is None or passages.chance is None:
        return []
    return [
        [[names[symbol], int(chance)] for symbol, chance in zip(symbols, chances, strict=True)]
        for symbols, chances in zip(passages.likely.tolist(), passages.chance.tolist(), strict=True)
    ]


def coloured(names: Sequence[str], symbols: Array, values: Array) -> list[tuple[str, int]]:
    """(characters, level) of each symbol; levels are -8 to 8 for values in [-1, 1]."""
    shown = (names[symbol].replace("\n", "↵\n") for symbol in symbols.tolist())
    return list(zip(shown, colours(values).tolist(), strict=True))


def colours(values: Array) -> Array:
    """The level of colour, -8 to 8, of each value in [-1, 1]."""
    return np.asarray(np.rint(np.clip(values, -1, 1) * LEVELS), int)


def _letters(values: Array) -> str:
    return (ZERO + colours(values)).astype(np.uint8).tobytes().decode()


def paired(levels: Array) -> str:
    """Levels 0 to 8, of any shape, two a sign of PAIRS; the last one alone has a 0 beside it."""
    flat = levels.ravel()
    even = np.append(flat, np.zeros(len(flat) % 2, int)).reshape(-1, 2)
    return "".join(PAIRS[index] for index in (even @ (LEVELS + 1, 1)).tolist())
