"""The exported figures of the networks that read code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import numpy as np

from atlas.chapters.recurrent.cells import CellFinding
from atlas.chapters.recurrent.concepts import KINDS
from atlas.chapters.recurrent.errors import CAUSE_TITLES
from atlas.chapters.recurrent.figures.attribution import SHOWN, deletion_lines, explanations
from atlas.chapters.recurrent.figures.character import TITLES, names_of, networks_of, shown_cell
from atlas.chapters.recurrent.figures.memory import CLOSING, closing_lines, context_lines, gate_points, memory_points
from atlas.chapters.recurrent.figures.states import character_clusters
from atlas.chapters.recurrent.records import CodeResults, PredictorResults, RecurrentChapter, chapter_of
from atlas.core.results import AtlasResults, Figure
from atlas.core.specs import Array
from atlas.publish.chart import Line
from atlas.publish.drawing import ACCENT, DRAWINGS, INK, INNER, QUIET, SECOND, Drawing, frame

COLOURS = (ACCENT, SECOND, "#009e73", QUIET, "#cc79a7", "#e69f00")
HUES = ("#0072b2", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#e69f00", "#8c6d1f", "#6a3d9a", "#b15928")
ROW = 0.16  # inches of a line of text
WIDE = 96  # characters of a line of code
ASIDE = 1.1  # the width of a map and of the gap after it
TextLine = tuple[str, Array | None]  # a line of words, or of code with a number in [-1, 1] for each character


# ---------------------------------------------------------------- words and code


def _concepts(network: CodeResults) -> list[TextLine]:
    return [
        (
            f"  {TITLES[r.concept]}: cell {r.cell}{'' if r.sign > 0 else ' (low)'}, score {r.score:.3f}, "
            f"chance {r.null_p95:.3f}, character alone {r.character:.3f}",
            None,
        )
        for r in network.cells.concepts
    ]


def _passage(network: CodeResults) -> list[TextLine]:
    passages = network.passages
    return wrapped(names_of(network), passages.symbols, passages.c[:, shown_cell(network).cell] / 127)


def _relevance(network: CodeResults) -> list[TextLine]:
    assert isinstance(network, PredictorResults)
    rows: list[TextLine] = []
    for decision in network.relevances.decisions[:SHOWN]:
        values = decision.explanation.relevance["lrp"]
        rows += wrapped(names_of(network), decision.symbols, values / np.abs(values).max())
    return rows


def _matches(network: CodeResults) -> list[TextLine]:
    return [
        (f"  {search.concept}: {one.before[-20:]}[{one.stretch}]{one.after[:20]}".replace("\n", "¶"), None)
        for search in network.matches.searches
        for one in (search.excerpt, *(found.excerpt for found in search.matches[:2]))
    ]


def _expected_responses(network: CodeResults) -> list[TextLine]:
    rows: list[TextLine] = []
    for cluster in character_clusters(network):
        characters = "".join(one for one, _ in cluster.characters)[:70]
        cells = f"rising {', '.join(map(str, cluster.rising))}; falling {', '.join(map(str, cluster.falling))}"
        rows.append((f"  {characters}  {cells}".replace("\n", "¶").replace("\t", "⇥"), None))
    return rows


_TEXTS: dict[str, Callable[[CodeResults], list[TextLine]]] = {
    "concepts": _concepts,
    "passage": _passage,
    "relevance": _relevance,
    "matches": _matches,
    "reactions": _expected_responses,
}


def _rows(results: AtlasResults, name: str) -> list[TextLine]:
    """Each network's name, then its lines."""
    networks = networks_of(chapter_of(results), name).networks
    return [row for network in networks for row in ((network.spec.title, None), *_TEXTS[name](network))]


def wrapped(names: Sequence[str], symbols: Array, values: Array) -> list[TextLine]:
    """Code in lines of WIDE characters, with the value of each; all of a token's characters have its value."""
    pieces = [names[number] for number in symbols.tolist()]
    text, values = "".join(pieces).replace("\n", "¶"), np.repeat(values, [len(piece) for piece in pieces])
    return [(text[at : at + WIDE], values[at : at + WIDE]) for at in range(0, len(text), WIDE)]


def draw_text(axes: Any, rows: Sequence[TextLine]) -> None:
    """Lines of words and of coloured code, one below the other."""
    from matplotlib.patches import Rectangle

    step = INNER / WIDE
    for number, (text, values) in enumerate(rows):
        y = (number + 0.8) * ROW
        if values is None:
            axes.text(0, y, text.replace("$", r"\$"), fontsize=7, color=INK)
            continue
        for column, (character, value) in enumerate(zip(text, values, strict=True)):
            box = ((column * step, number * ROW), step, ROW)
            colour, shade = SECOND if value > 0 else ACCENT, abs(float(value)) * 0.7
            axes.add_patch(Rectangle(*box, facecolor=colour, alpha=shade, lw=0))
            letter = {"fontsize": 5, "family": "monospace", "ha": "center", "color": INK}
            axes.text((column + 0.5) * step, y, character.replace("$", r"\$"), **letter)
    frame(axes, INNER, max(1.0, len(rows) * ROW))


# ---------------------------------------------------------------- plots


def _dots(axes: Any, results: RecurrentChapter, marks: Callable[[CellFinding], list[tuple[str, float]]]) -> None:
    """Marks of every best cell: a row a concept, its networks one below the other, each in its colour."""
    names = list(TITLES)
    for place, (colour, network) in enumerate(zip(cycle(COLOURS), results.networks, strict=False)):
        for finding in network.cells.concepts:
            y = names.index(finding.concept) + 0.25 * (place - 1)
            for sign, x in marks(finding):
                axes.scatter([x], [y], s=14, lw=0.8, **_marker(sign, colour))
        axes.scatter([], [], color=colour, label=network.spec.title)
    _name_rows(axes, list(TITLES.values()))


def _marker(sign: str, colour: str) -> dict[str, str]:
    """How matplotlib draws a mark: a dot is O, a ring o, others are their own names."""
    if sign not in "oO":
        return {"marker": sign, "color": colour}
    return {"marker": "o", "facecolors": "none" if sign == "o" else colour, "edgecolors": colour}


def _name_rows(axes: Any, names: Sequence[str]) -> None:
    """A name at the left end of each row, inside the axes, and the legend."""
    low, high = axes.get_xlim()
    axes.set_xlim(low - 0.35 * (high - low), high)
    for row, name in enumerate(names):
        axes.text(0.01, row, name, transform=axes.get_yaxis_transform(), va="center", fontsize=6, color=INK)
    axes.set_yticks([])
    axes.invert_yaxis()
    axes.legend(fontsize=6, loc="lower right")


def _localized(axes: Any, results: RecurrentChapter) -> None:
    _dots(axes, results, lambda r: [("O", r.score), ("o", r.probe), ("|", r.null_p95), ("x", r.control)])
    axes.set_xlabel("score: best cell (dot), linear probe (ring), chance level (bar), control task (cross)")


def _causal(axes: Any, results: RecurrentChapter) -> None:
    _dots(axes, results, lambda r: [("O", r.ablation.inside), ("o", r.ablation.outside)] if r.ablation else [])
    axes.set_xlabel("loss increase, nats per character: inside (dot) and outside (ring)")


def _points(axes: Any, clouds: Sequence[tuple[str, Array]], x: str, y: str) -> None:
    for colour, (name, points) in zip(cycle(COLOURS), clouds, strict=False):
        axes.scatter(points[:, 0], points[:, 1], s=4, alpha=0.6, label=name, color=colour, linewidths=0)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if clouds:
        axes.legend(fontsize=6)


def _gates(axes: Any, results: RecurrentChapter) -> None:
    clouds = [(f"{n.spec.title}, {gate}", points) for n in results.networks for gate, points in gate_points(n)]
    _points(axes, clouds, "share of time below 0.1", "share of time above 0.9")


def _memory(axes: Any, results: RecurrentChapter) -> None:
    clouds = [(n.spec.title, np.nan_to_num(memory_points(n), nan=0.5)) for n in results.networks]
    _points(axes, clouds, "time constant of the gate, characters (0.5: no gate)", "memory length, characters")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)


def _lines(axes: Any, lines: Sequence[Line], x: str, y: str, *, style: str = "o-", powers: bool = True) -> None:
    for colour, line in zip(cycle(COLOURS), lines, strict=False):
        axes.plot(line.x, line.y, style, ms=3, lw=1, label=line.name, color=colour)
        if line.low:
            axes.vlines(line.x, line.low, line.high, lw=1, color=colour)
    if powers:
        axes.set_xscale("log", base=2)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.legend(fontsize=6)


def _context(axes: Any, results: RecurrentChapter) -> None:
    _lines(axes, context_lines(results), "characters of context", "nats per character")


def _closings(axes: Any, results: RecurrentChapter) -> None:
    for kind, style in zip(CLOSING, ("o-", "s:"), strict=True):
        lines = [
            Line(f"{line.name}, {kind}", line.x, line.y, line.low, line.high) for line in closing_lines(results, kind)
        ]
        _lines(axes, lines, "distance from the opening one, characters", "gain, nats", style=style)


def _errors(axes: Any, results: RecurrentChapter) -> None:
    for place, (colour, network) in enumerate(zip(cycle(COLOURS), results.predictors, strict=False)):
        rows = network.context_lengths.errors.causes
        at = np.arange(len(rows)) + 0.25 * (place - 1)
        axes.barh(at, [100 * row.of_errors for row in rows], 0.22, color=colour, label=network.spec.title)
    axes.set_xlabel("% of the errors")
    _name_rows(axes, list(CAUSE_TITLES.values()))


def _deletion(axes: Any, results: RecurrentChapter) -> None:
    """A panel a network, side by side on one axis."""
    for place, network in enumerate(results.predictors):
        for colour, line in zip(COLOURS, deletion_lines(explanations(network)), strict=False):
            label = None if place else line.name
            axes.plot(np.array(line.x) + 120 * place, line.y, lw=1, color=colour, label=label)
        axes.text(120 * place, 1.02, network.spec.title, transform=axes.get_xaxis_transform(), fontsize=7, color=INK)
    axes.set_xticks([])
    axes.set_xlabel("characters removed: none to all, for each network")
    axes.set_ylabel("logit, nats")
    axes.legend(fontsize=6)


def _state_maps(axes: Any, results: RecurrentChapter) -> None:
    """UMAP above, principal components below, with the trajectories."""
    for place, network in enumerate(results.networks):
        maps = network.state_maps
        for below, layout in enumerate((maps.umap, maps.pca)):
            x, y = layout.xy[:, 0] + ASIDE * place, 1 - layout.xy[:, 1] - ASIDE * below
            colours = [HUES[kind] if kind < len(KINDS) else QUIET for kind in maps.kind.tolist()]
            axes.scatter(x, y, s=1.5, lw=0, c=colours)
            for walk in maps.walks:
                axes.plot(x[walk], y[walk], color=INK, lw=0.4)
        axes.text(ASIDE * place, 1.02, network.spec.title, fontsize=7, color=INK)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _cell_maps(axes: Any, results: RecurrentChapter) -> None:
    """Maps of cells side by side, coloured by the concept that each responds to."""
    for place, network in enumerate(results.networks):
        xy, responds = network.state_maps.cells.xy, network.state_maps.responds.tolist()
        colours = [HUES[concept] if concept >= 0 else QUIET for concept in responds]
        axes.scatter(xy[:, 0] + ASIDE * place, 1 - xy[:, 1], s=4, lw=0, c=colours)
        axes.text(ASIDE * place, 1.02, network.spec.title, fontsize=7, color=INK)
    axes.set_aspect("equal")
    axes.set_axis_off()


_PLOTS: dict[str, Callable[[Any, RecurrentChapter], None]] = {
    "localized": _localized,
    "causal": _causal,
    "gates": _gates,
    "memory": _memory,
    "context": _context,
    "closings": _closings,
    "errors": _errors,
    "deletion": _deletion,
    "statemap": _state_maps,
    "cellmap": _cell_maps,
}


def _text_height(results: AtlasResults, figure: Figure) -> float:
    return max(1.0, len(_rows(results, figure.name)) * ROW)


def _plot_height(results: AtlasResults, figure: Figure) -> float:
    return 4.2 if figure.name in ("localized", "causal", "statemap") else 3.2


DRAWINGS.add(
    "recurrent", Drawing(_text_height, lambda results, figure, axes: draw_text(axes, _rows(results, figure.name)))
)
DRAWINGS.add(
    "recurrent-plot",
    Drawing(
        _plot_height,
        lambda results, figure, axes: _PLOTS[figure.name](axes, networks_of(chapter_of(results), figure.name)),
        indent=0.5,
    ),
)
