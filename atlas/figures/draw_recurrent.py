"""What the plates of the recurrent chapter show."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import numpy as np

from atlas.figures.draw import ACCENT, DRAWINGS, INK, INNER, QUIET, SECOND, Drawing, frame
from atlas.figures.recurrent import Line, closing_lines, context_lines, gate_points, shown_cell
from atlas.measured import AtlasResults, Figure
from atlas.networks.recurrent import ALPHABET
from atlas.types import Array

COLOURS = (ACCENT, SECOND, "#009e73", QUIET, "#cc79a7", "#e69f00")
ROW = 0.16  # inches of a line of text
WIDE = 96  # characters of a line of code
Row = tuple[str, Array | None]  # a line of words, or of code with a number in [-1, 1] for each character


def _height(results: AtlasResults, figure: Figure) -> float:
    return max(1.0, len(_rows(results, figure)) * ROW) if _is_text(figure) else 3.2


def _is_text(figure: Figure) -> bool:
    return figure.id.rpartition("/")[2] in ("concepts", "passage", "relevance", "matches")


def _rows(results: AtlasResults, figure: Figure) -> list[Row]:
    """Lines of text, and for code a number in [-1, 1] for each character."""
    name = figure.id.rpartition("/")[2]
    rows: list[Row] = []
    for network in results.recurrent:
        rows.append((network.spec.title, None))
        if name == "concepts":
            rows += [
                (
                    f"  {r['concept']}: cell {r['cell']}, score {r['score']:.3f}, null {r['null_p95']:.3f}, probe {r['probe']:.3f}",
                    None,
                )
                for r in network.facts["cells"]["concepts"]
            ]
        elif name == "matches":
            rows += [
                (
                    f"  {q['concept']}: {one['before'][-20:]}[{one['stretch']}]{one['after'][:20]}".replace("\n", "¶"),
                    None,
                )
                for q in network.facts["matches"]["queries"]
                for one in (q, *q["matches"][:2])
            ]
        elif name == "passage":
            arrays = network.arrays["passages"]
            rows += wrapped(arrays["symbols"][:480], arrays["c"][:480, shown_cell(network)[0]] / 127)
        else:
            for place in range(len(network.facts["relevances"]["decisions"])):
                values = network.arrays["relevances"][f"{place}/lrp"]
                rows += wrapped(network.arrays["relevances"][f"{place}/symbols"], values / np.abs(values).max())
    return rows


def wrapped(symbols: Array, values: Array) -> list[Row]:
    """Code in lines of WIDE characters, with the value of each."""
    text = "".join(ALPHABET[number] for number in symbols).replace("\n", "¶")
    return [(text[at : at + WIDE], values[at : at + WIDE]) for at in range(0, len(text), WIDE)]


def _draw(results: AtlasResults, figure: Figure, axes: Any) -> None:
    name = figure.id.rpartition("/")[2]
    if _is_text(figure):
        draw_text(axes, _rows(results, figure))
    elif name == "statemap":
        _states(axes, results)
    elif name == "gates":
        _scatter(axes, results)
    elif name == "context":
        _lines(axes, context_lines(results), "characters of context", "nats a character")
    else:
        _lines(axes, closing_lines(results, "bracket"), "distance of the closing bracket", "gain in nats")


def draw_text(axes: Any, rows: Sequence[Row]) -> None:
    """Lines of words and of coloured code, one below the other."""
    from matplotlib.patches import Rectangle

    step = INNER / WIDE
    for number, (text, values) in enumerate(rows):
        y = (number + 0.8) * ROW
        if values is None:
            axes.text(0, y, text.replace("$", r"\$"), fontsize=7, color=INK)
            continue
        for column, (character, value) in enumerate(zip(text, values, strict=True)):
            colour = SECOND if value > 0 else ACCENT
            axes.add_patch(
                Rectangle(
                    (column * step, number * ROW), step, ROW, facecolor=colour, alpha=abs(float(value)) * 0.7, lw=0
                )
            )
            axes.text(
                (column + 0.5) * step,
                y,
                character.replace("$", r"\$"),
                fontsize=5,
                family="monospace",
                ha="center",
                color=INK,
            )
    frame(axes, INNER, max(1.0, len(rows) * ROW))


def _scatter(axes: Any, results: AtlasResults) -> None:
    clouds = [(f"{n.spec.title}, {gate}", points) for n in results.recurrent for gate, points in gate_points(n)]
    for colour, (name, points) in zip(cycle(COLOURS), clouds, strict=False):
        axes.scatter(points[:, 0], points[:, 1], s=4, alpha=0.6, label=name, color=colour, linewidths=0)
    axes.set_xlabel("share of time below 0.1")
    axes.set_ylabel("share of time above 0.9")
    if clouds:
        axes.legend(fontsize=6)


def _states(axes: Any, results: AtlasResults) -> None:
    """The UMAP map of each network's states, side by side."""
    hues = ("#0072b2", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#e69f00", QUIET)
    for place, network in enumerate(results.recurrent):
        arrays = network.arrays["statemaps"]
        x, y = arrays["umap"][:, 0] + 1.1 * place, arrays["umap"][:, 1]
        axes.scatter(x, y, s=1.5, lw=0, c=[hues[kind] for kind in arrays["kind"]])
        axes.plot(x[arrays["walk"]], y[arrays["walk"]], color=INK, lw=0.4)
        axes.text(1.1 * place, 1.02, network.spec.title, fontsize=7, color=INK)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _lines(axes: Any, lines: Sequence[Line], x: str, y: str) -> None:
    for colour, line in zip(cycle(COLOURS), lines, strict=False):
        axes.plot(line.x, line.y, "o-", ms=3, lw=1, label=line.name, color=colour)
        if line.low:
            axes.vlines(line.x, line.low, line.high, lw=1, color=colour)
    axes.set_xscale("log", base=2)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.legend(fontsize=6)


DRAWINGS.add("recurrent", Drawing(_height, _draw))
