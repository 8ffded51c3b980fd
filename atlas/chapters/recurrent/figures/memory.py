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
    """Nats a character by characters of context; and the n-gram model's."""
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
    """[H, 2] the time that its keeping gate alone would hold each cell's memory (nan without gates), and the measured one, characters."""
    measured = np.asarray(network.gates.memory, float)
    keeping = network.gates.keeping
    return np.stack([np.full(len(measured), np.nan) if keeping is None else keeping, measured], 1)


def gates(results: RecurrentChapter) -> Figure:
    """How often each gate is shut and open."""
    told = [
        f"{n.spec.title}, {name}: {percent((points[:, 0] > 0.5).mean())} and {percent((points[:, 1] > 0.5).mean())}"
        for n in results.networks
        for name, points in gate_points(n)
    ]
    claim = f" Cells whose gate is shut, and open, more than half of the time: {'; '.join(told)}." if told else ""
    return recurrent_figure(
        results,
        "gates",
        plot=True,
        title="Gate saturation",
        alt="Scatter plots of gate saturation",
        caption="Each point is a cell: the share of characters at which its gate is below 0.1 (across) and above 0.9 (up)."
        + claim,
    )


def memory(results: RecurrentChapter) -> Figure:
    """The keeping gate against the measured length of memory."""
    told = [
        f"{n.spec.title} ({KEEPING[n.spec.cell]} gate) {number(n.gates.correlation, 2)}"
        for n in results.networks
        if n.gates.correlation is not None
    ]
    medians = listed([f"{n.spec.title} {np.median(memory_points(n)[:, 1]):.0f}" for n in results.networks])
    claim = f" Rank correlation of the two over cells: {listed(told)}." if told else ""
    return recurrent_figure(
        results, "memory", plot=True, title="Do gates tell how long a cell remembers?", alt="Gate's time against measured memory length",
        caption="Each point is a cell. Across: characters after which the mean of its keeping gate alone would have let its memory fade to 1/e. Up: "
        f"characters until the autocorrelation of its memory falls below 1/e, at most {LAGS}.{claim} Median measured memory: {medians} "
        "characters. A plain RNN has no gate, so its cells stand in one column.",
    )  # fmt: skip


def context(results: RecurrentChapter) -> Figure:
    """The loss with less context, beside n-gram models."""
    told = [
        f"{n.spec.title} {number(c.whole)} with all context ({number(c.loss[-1])} with {c.lengths[-1]} characters)"
        for n in results.predictors
        for c in (n.context_lengths.context,)
    ]
    return recurrent_figure(
        results, "context", plot=True, by_step=False, title="How much context is used", alt="Loss by length of context",
        caption=f"Nats a character on held-out code when only the last characters are read: {listed(told)}, at "
        f"{count(results.predictors[0].context_lengths.context.positions, 'place')}; n-gram models by their context on all "
        f"{count(results.predictors[0].context_lengths.characters, 'character')}.",
    )  # fmt: skip


def closings(results: RecurrentChapter) -> Figure:
    """The gain at closing signs by distance."""
    return recurrent_figure(
        results, "closings", plot=True, by_step=False, title="What must be closed", alt="Gain at closing brackets and quotes by distance",
        caption="Gain in nats over a 7-gram model at closing brackets and quotes, by the distance from the opening one; bars and brackets are "
        "95 % bootstrap intervals over n places. Zero: no better than the 7-gram model, which sees six characters.",
    )  # fmt: skip


def errors(results: RecurrentChapter) -> Figure:
    """What would have mended each error."""
    told = [f"{n.spec.title} {percent(n.context_lengths.errors.share)}" for n in results.predictors]
    return recurrent_figure(
        results, "errors", plot=True, title="Where the errors are", alt="Errors by cause",
        caption=f"A character is an error where the network gives it less than one half: {listed(told)} of "
        f"{count(results.predictors[0].context_lengths.characters, 'character')} (Karpathy, Johnson and Li 2015). Each error has the first cause "
        f"that fits: the 7-gram model gives it more than one half; it followed the same {SAME} characters within the last {BACK:,} "
        f"before; it is part of a word that the training files hold at most {RARE} times; then by its kind. Causes add up to all errors.",
    )  # fmt: skip


FIGURES = {"gates": gates, "memory": memory, "context": context, "closings": closings, "errors": errors}
