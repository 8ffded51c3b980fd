"""Statistics of every cell: where it is highest and lowest, how its values are distributed, which outputs it raises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.cell import Net
from atlas.chapters.recurrent.texts import Text, numbered, read_b
from atlas.core.pack import stored
from atlas.core.specs import Array

PEAKS = 2  # passages at the highest values, and as many at the lowest, each of another file
BEFORE, AFTER = 36, 8  # characters of a passage before and after the one where the cell peaks
BINS = 32
EFFECTS = 4  # characters that a cell makes likelier, and as many that it makes less likely
CORRELATED = 5
SCALE = 0.995  # quantile of the size of a cell's values that is shown in full colour


@dataclass(frozen=True)
class Distribution:
    """How the values of H cells are distributed."""

    counts: Array  # [H, BINS] int32
    edges: Array  # [H, 2] float32: the ends of the histogram
    mean: Array  # [H]
    std: Array
    median: Array
    positive: Array  # [H] share of values above zero
    scale: Array  # [H] quantile SCALE of their size

    @classmethod
    def of(cls, values: Array) -> Distribution:
        """That of the columns of `values` [N, H]."""
        columns = np.ascontiguousarray(values.T)  # a cell's values side by side: they are sorted and counted
        edges = np.stack([columns.min(1), columns.max(1)], 1)
        counts = [np.histogram(column, BINS, tuple(ends))[0] for column, ends in zip(columns, edges, strict=True)]
        return cls(
            np.stack(counts).astype(np.int32),
            edges.astype(np.float32),
            mean=columns.mean(1, dtype=np.float64),
            std=columns.std(1, dtype=np.float64),
            median=np.median(columns, 1),
            positive=(columns > 0).mean(1),
            scale=np.maximum(np.quantile(np.abs(columns), SCALE, axis=1), 1e-9),
        )


@dataclass(frozen=True)
class Peaks:
    """Passages of L symbols around the extremes of H cells: P = PEAKS highest, then
    PEAKS lowest, each of another file.
    """

    text: Array  # [H, 2P] index of the file
    place: Array  # [H, 2P] its first symbol
    peak: Array  # [H, 2P] the column of the extreme
    extreme: Array  # [H, 2P] the value there
    symbols: Array  # [H, 2P, L] indices into the names of the network's symbols
    values: Array  # [H, 2P, L] int8, in steps of 1/127 of the cell's scale


@dataclass(frozen=True, kw_only=True)
class CellStatistics:
    """Of all H cells, by the memory c (GRU and RNN: the state h) after every
    character but the last of each text of half B.

    `effects` are the EFFECTS outputs that a cell raises most, then those that it lowers most, in nats of logit for one
    standard deviation of h, against the mean of all outputs; `affected` are their symbols. An encoder has neither.

    """

    paths: tuple[str, ...]  # of the files
    characters: int
    distribution: Distribution = stored("")
    peaks: Peaks = stored("")
    similar: Array = stored("kin")  # [H, CORRELATED] the cells of the largest correlation, either sign
    correlation: Array  # [H, CORRELATED]
    affected: Array | None = stored("pushed", default=None)  # [H, 2 EFFECTS]
    effects: Array | None = stored("push", default=None)  # [H, 2 EFFECTS]


def study_cell_statistics(net: Net, texts: Sequence[Text]) -> CellStatistics:
    """Distribution, peaks, most correlated cells and effects on the outputs of every cell."""
    b, read = read_b(net, texts)
    values, shown = ([text.rows(one[side]) for text, one in zip(b, read, strict=True)] for side in (1, 0))
    whole = np.concatenate(values)
    distribution = Distribution.of(whole)
    similar, correlation = _correlated(whole)
    affected, effects = _effects(net, np.concatenate(shown).std(0)) if net.predicts else (None, None)
    return CellStatistics(
        paths=tuple(text.path for text in b),
        characters=len(whole),
        distribution=distribution,
        peaks=_peaks(b, values, distribution.scale),
        similar=similar,
        correlation=correlation,
        affected=affected,
        effects=effects,
    )


def _peaks(texts: Sequence[Text], values: Sequence[Array], scale: Array) -> Peaks:
    """Of the texts that go highest (lowest) the PEAKS first, with what surrounds their extremes."""
    highest = np.stack([one.max(0) for one in values], 1)  # [H, texts]
    lowest = np.stack([one.min(0) for one in values], 1)
    text = np.concatenate([np.argsort(side, axis=1, kind="stable")[:, :PEAKS] for side in (-highest, lowest)], 1)
    size, length = text.shape, min(BEFORE + 1 + AFTER, *map(len, values))
    place, peak, extreme = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size)
    symbols, shown = np.zeros((*size, length), np.int64), np.zeros((*size, length), np.int8)
    for cell, row in np.ndindex(*size):
        chosen = int(text[cell, row])
        own = values[chosen][:, cell]
        at = int(own.argmax() if row < PEAKS else own.argmin())
        first = min(max(0, at - BEFORE), len(own) - length)
        place[cell, row], peak[cell, row], extreme[cell, row] = first, at - first, own[at]
        symbols[cell, row] = texts[chosen].seen[1 + first : 1 + first + length]
        shown[cell, row] = np.rint(127 * np.clip(own[first : first + length] / scale[cell], -1, 1))
    return Peaks(text, place, peak, extreme, numbered(symbols, texts[0].names), shown)


def _effects(net: Net, deviation: Array) -> tuple[Array, Array]:
    """Symbols and changes [H, 2 EFFECTS]; `deviation` [H] is of the states h."""
    change = ((net.w_out - net.w_out.mean(0)) * deviation).T  # [H, O]
    order = np.argsort(-change, axis=1, kind="stable")
    ends = np.concatenate([order[:, :EFFECTS], order[:, : -EFFECTS - 1 : -1]], 1)
    return ends, np.take_along_axis(change, ends, 1)


def _correlated(values: Array) -> tuple[Array, Array]:
    """Cells and correlations [H, CORRELATED]: the largest by size of each of the columns of `values`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        table = np.nan_to_num(np.corrcoef(values, rowvar=False))
    np.fill_diagonal(table, 0)
    cells = np.argsort(-np.abs(table), axis=1, kind="stable")[:, :CORRELATED]
    return cells, np.take_along_axis(table, cells, 1)
