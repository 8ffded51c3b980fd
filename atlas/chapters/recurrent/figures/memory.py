"""The figures of how character networks remember: gates, how long, how far back, and where they err."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from atlas.chapters.recurrent.context_length import Gain
from atlas.chapters.recurrent.errors import BACK, RARE, SAME
from atlas.chapters.recurrent.figures.character import recurrent_figure
from atlas.chapters.recurrent.gates import KEEPING, LAGS
from atlas.chapters.recurrent.records import CodeResults, RecurrentChapter
from atlas.core.results import Figure
from atlas.core.specs import Array
from atlas.publish.chart import Line
from atlas.publish.words import count, listed, number, percent

CLOSING = ("bracket", "quote")


def context_lines(results: RecurrentChapter) -> list[Line]:
    """Nats per character by characters of context; and the n-gram models'."""
    studies = [(n.spec.title, n.context_lengths.context) for n in results.predictors]
    by_order = results.predictors[0].context_lengths.by_order
    return [
        *(Line(title, context.lengths, context.loss) for title, context in studies),
        Line("n-grams", tuple(range(1, len(by_order))), by_order[1:]),
    ]


def closing_lines(results: RecurrentChapter, kind: str) -> list[Line]:
    """Gain over the n-gram model at closing brackets or quotes (CLOSING) by distance from the opening."""
    return [_gain_line(network.spec.title, network.context_lengths.closings[kind]) for network in results.predictors]


def _gain_line(title: str, bins: Sequence[Gain]) -> Line:
    return Line(
        title,
        tuple(float(one.least) for one in bins),
        tuple(one.mean for one in bins),
        tuple(one.low for one in bins),
        tuple(one.high for one in bins),
    )


def gate_points(network: CodeResults) -> list[tuple[str, Array]]:
    """(gate, [H, 2] share of time below 0.1 and above 0.9) of each gate; none for a network without gates."""
    gates = network.gates
    if gates.closed is None or gates.open is None:
        return []
    rows = zip(gates.gates, gates.closed, gates.open, strict=True)
    return [(name, np.stack([closed, opened], 1)) for name, closed, opened in rows]


def memory_points(network: CodeResults) -> Array:
    """[H, 2] the time constant of each cell's keeping gate (nan without gates) and
    its measured memory length, characters.
    """
    measured = np.asarray(network.gates.memory, float)
    keeping = network.gates.keeping
    return np.stack([np.full(len(measured), np.nan) if keeping is None else keeping, measured], 1)


def dead_cells(network: CodeResults) -> int:
    """How many cells are constant over the texts."""
    return int((np.asarray(network.gates.memory) == 0).sum())


def _median(memory: Array) -> float:
    """Of the cells that are not constant; 0 without any."""
    living = memory[memory > 0]
    return float(np.median(living)) if len(living) else 0.0


def gates(results: RecurrentChapter) -> Figure:
    """How often each gate is closed and open."""
    shares = [
        f"{n.spec.title}, {name} gate {percent((points[:, 0] > 0.5).mean())} and {percent((points[:, 1] > 0.5).mean())}"
        for n in results.networks
        for name, points in gate_points(n)
    ]
    saturated = f" Cells whose gate is closed, or open, most of the time: {'; '.join(shares)}." if shares else ""
    return recurrent_figure(
        results,
        "gates",
        plot=True,
        title="Gate saturation",
        alt="Scatter plots of gate saturation",
        caption=(
            "Each point is a cell. x: share of characters at which its gate is below 0.1 (closed); y: above 0.9 (open)."
            f"{saturated}"
        ),
    )


def memory(results: RecurrentChapter) -> Figure:
    """The time constant of the keeping gate against the measured memory length."""
    correlations = [
        f"{number(n.gates.correlation, 2)} ({n.spec.title}, {KEEPING[n.spec.cell]} gate)"
        for n in results.networks
        if n.gates.correlation is not None
    ]
    medians = listed([f"{_median(memory_points(n)[:, 1]):.0f} ({n.spec.title})" for n in results.networks])
    dead = [f"{dead_cells(n)} ({n.spec.title})" for n in results.networks if dead_cells(n)]
    constant = f" Constant cells, which remember nothing, are left out: {listed(dead)}." if dead else ""
    correlated = f" Rank correlation of the two over cells: {listed(correlations)}." if correlations else ""
    return recurrent_figure(
        results,
        "memory",
        plot=True,
        title="Gate time constants and memory length",
        alt="Time constant of the gate against the measured memory length",
        caption=(
            "Each point is a cell. x: characters after which the mean of its forget or update gate alone would let its "
            "memory decay to 1/e. y: characters until the autocorrelation of its memory falls below 1/e, at most "
            f"{LAGS}.{correlated} Median memory length: {medians} characters.{constant} A plain RNN has no gates; its "
            "cells form one column."
        ),
    )


def context(results: RecurrentChapter) -> Figure:
    """The loss with a shortened context, beside n-gram models."""
    studies = [(n.spec.title, n.context_lengths.context) for n in results.predictors]
    losses = [
        f"{title} {number(c.whole)} with the whole context, {number(c.loss[-1])} with {c.lengths[-1]} characters"
        for title, c in studies
    ]
    first = results.predictors[0].context_lengths
    return recurrent_figure(
        results,
        "context",
        plot=True,
        by_step=False,
        title="Effective context length",
        alt="Loss by context length",
        caption=(
            "Loss on held-out code, in nats per character, when only the last characters are read: "
            f"{'; '.join(losses)}; at {count(first.context.positions, 'position')}. n-gram models by their context "
            f"length, on all {count(first.characters, 'character')}."
        ),
    )


def closings(results: RecurrentChapter) -> Figure:
    """The gain over the n-gram model at closing brackets and quotes, by distance."""
    return recurrent_figure(
        results,
        "closings",
        plot=True,
        by_step=False,
        title="Long-range dependencies: closing brackets and quotes",
        alt="Gain at closing brackets and quotes by distance",
        caption=(
            "Loss of a 7-gram model minus loss of the network at closing brackets and quotes, in nats, by the distance "
            "from the opening one, with 95 % bootstrap intervals; n: number of positions. Above zero the network is "
            "better than the 7-gram model, whose context is six characters."
        ),
    )


def errors(results: RecurrentChapter) -> Figure:
    """Errors by their first cause."""
    shares = [f"{percent(n.context_lengths.errors.share)} ({n.spec.title})" for n in results.predictors]
    return recurrent_figure(
        results,
        "errors",
        plot=True,
        title="Error analysis",
        alt="Errors by cause",
        caption=(
            f"A prediction is an error where the correct character has a probability below one half: {listed(shares)} "
            f"of {count(results.predictors[0].context_lengths.characters, 'character')}. Each error is counted once, "
            f"under the first that applies: the 7-gram model gives the character more than one half; the same {SAME} "
            f"characters preceded it within the last {BACK:,}; it is part of a word that occurs at most {RARE} times "
            "in the training files; its kind. After the analysis by oracles of Karpathy, Johnson and Li 2015."
        ),
    )


FIGURES = {"gates": gates, "memory": memory, "context": context, "closings": closings, "errors": errors}
