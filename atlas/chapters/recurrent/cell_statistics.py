"""What is told of every single cell: where it is highest and lowest, how its values are spread, what it pushes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from atlas.chapters.recurrent.cell import Net
from atlas.chapters.recurrent.texts import Text, numbered, read_b
from atlas.core.specs import Array

PEAKS = 2  # passages at the highest values, and as many at the lowest, each of another file
BEFORE, AFTER = 36, 8  # characters of a passage before and after the one where the cell peaks
BINS = 32
PUSHED = 4  # characters that a cell makes likelier, and as many that it makes less likely
KIN = 5
SCALE = 0.995  # quantile of the size of a cell's values that is shown in full colour


def study_profiles(net: Net, texts: Sequence[Text]) -> tuple[dict[str, Array], dict[str, Any]]:
    """All of the H cells, by the memory c (GRU and RNN: the state h) after every character but the last of each text of half B.

    `counts` [H, BINS] between `edges` [H, 2],
    `mean`, `std`, `median`, `positive` (share above zero), `scale` [H]; passages, PEAKS highest, then PEAKS lowest:
    `values` [H, 2 PEAKS, L] int8 in steps of 1/127 of the scale and `symbols` [H, 2 PEAKS, L] (places in the texts' names), `peak` (the column
    of the passage), `extreme` (the value there), `text` (into facts `paths`) and `place` (of the first character), each
    [H, 2 PEAKS]; `pushed` [H, 2 PUSHED] symbols, likelier ones first, and `push` in nats of logit for one standard
    deviation of h, against the mean of all symbols (of an encoder neither); `kin` [H, KIN] and `correlation` with these, largest size first.
    """
    b, read = read_b(net, texts)
    values, shown = ([text.rows(one[side]) for text, one in zip(b, read, strict=True)] for side in (1, 0))
    whole = np.concatenate(values)
    arrays = _spread(whole)
    arrays |= _passages(b, values, arrays["scale"])
    arrays |= _kin(whole) | (_pushed(net, np.concatenate(shown).std(0)) if net.predicts else {})
    return arrays, {"paths": [text.path for text in b], "characters": len(whole)}


def _spread(values: Array) -> dict[str, Array]:
    columns = np.ascontiguousarray(values.T)  # a cell's values side by side: they are sorted and counted
    edges = np.stack([columns.min(1), columns.max(1)], 1)
    counts = [np.histogram(column, BINS, (low, high))[0] for column, (low, high) in zip(columns, edges, strict=True)]
    return {
        "counts": np.stack(counts).astype(np.int32), "edges": edges.astype(np.float32),
        "mean": columns.mean(1, dtype=np.float64), "std": columns.std(1, dtype=np.float64), "median": np.median(columns, 1),
        "positive": (columns > 0).mean(1), "scale": np.maximum(np.quantile(np.abs(columns), SCALE, axis=1), 1e-9),
    }  # fmt: skip


def _passages(texts: Sequence[Text], values: Sequence[Array], scale: Array) -> dict[str, Array]:
    """The peaks of each cell: of the texts that go highest (lowest) the PEAKS first, with what stands around them."""
    highest = np.stack([one.max(0) for one in values], 1)  # [H, texts]
    lowest = np.stack([one.min(0) for one in values], 1)
    number = np.concatenate(
        [np.argsort(side, axis=1, kind="stable")[:, :PEAKS] for side in (-highest, lowest)], 1
    )  # [H, 2 PEAKS]
    size, length = number.shape, min(BEFORE + 1 + AFTER, *map(len, values))
    found = {
        "text": number, "place": np.zeros(size, np.int64), "peak": np.zeros(size, np.int64), "extreme": np.zeros(size),
        "symbols": np.zeros((*size, length), np.int64), "values": np.zeros((*size, length), np.int8),
    }  # fmt: skip
    for cell, row in np.ndindex(*size):
        chosen = int(number[cell, row])
        own, text = values[chosen][:, cell], texts[chosen]
        at = int(own.argmax() if row < PEAKS else own.argmin())
        first = min(max(0, at - BEFORE), len(own) - length)
        found["place"][cell, row], found["peak"][cell, row], found["extreme"][cell, row] = first, at - first, own[at]
        found["symbols"][cell, row] = text.seen[1 + first : 1 + first + length]
        found["values"][cell, row] = np.rint(127 * np.clip(own[first : first + length] / scale[cell], -1, 1))
    return found | {"symbols": numbered(found["symbols"], texts[0].names)}


def _pushed(net: Net, deviation: Array) -> dict[str, Array]:
    push = ((net.w_out - net.w_out.mean(0)) * deviation).T  # [H, O]
    order = np.argsort(-push, axis=1, kind="stable")
    ends = np.concatenate([order[:, :PUSHED], order[:, : -PUSHED - 1 : -1]], 1)
    return {"pushed": ends, "push": np.take_along_axis(push, ends, 1)}


def _kin(values: Array) -> dict[str, Array]:
    with np.errstate(divide="ignore", invalid="ignore"):
        table = np.nan_to_num(np.corrcoef(values, rowvar=False))
    np.fill_diagonal(table, 0)
    kin = np.argsort(-np.abs(table), axis=1, kind="stable")[:, :KIN]
    return {"kin": kin, "correlation": np.take_along_axis(table, kin, 1)}
