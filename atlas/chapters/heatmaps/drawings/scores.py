"""How scores of heat maps are drawn: a point with its interval for each method and score, curves, a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.chapters.heatmaps.records import NetworkMaps, chapter_of
from atlas.chapters.heatmaps.scores import FIRST, KINDS, LAST, known_mean, mean_agreement
from atlas.core.results import AtlasResults, Figure
from atlas.methods.attribution.method import Method
from atlas.methods.evaluation.deletion import POINTS
from atlas.methods.evaluation.replacement import REPLACEMENTS
from atlas.publish.drawing import ACCENT, DRAWINGS, INK, INNER, QUIET, SECOND, Drawing, frame
from atlas.publish.words import number

HEAD, LEFT, LINE, CURVE = 0.5, 1.3, 0.16, 2.1  # inches


def _network(results: AtlasResults, figure: Figure) -> NetworkMaps:
    name = figure.id.split("/")[2]
    return next(network for network in chapter_of(results).networks if network.spec.name == name)


def _table_height(results: AtlasResults, figure: Figure) -> float:
    return HEAD + LINE * len(chapter_of(results).methods)


def _draw_table(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """A column for each score on its own scale, a line for each method; controls in a paler ink."""
    scores = _network(results, figure).scores
    width = (INNER - LEFT) / len(KINDS)
    for column, kind in enumerate(KINDS):
        left = LEFT + column * width
        axes.text(left + width / 2, HEAD - 0.1, kind.title, fontsize=4.5, color=INK, ha="center")
        found = {method.name: score for method in scores.methods if (score := scores.score(method.name, kind))}
        low = min([0.0, *(score.low for score in found.values())])
        high = max([1e-9, *(score.high for score in found.values())])
        for line, method in enumerate(scores.methods):
            y, score = HEAD + (line + 0.5) * LINE, found.get(method.name)
            if score is None:
                continue
            at = [
                left + 0.06 + (value - low) / (high - low) * (width - 0.12)
                for value in (score.low, score.mean, score.high)
            ]
            axes.plot([at[0], at[2]], [y, y], color=QUIET, linewidth=1)
            axes.plot([at[1]], [y], "o", markersize=2.2, color=_colour(method))
    for line, method in enumerate(scores.methods):
        axes.text(0, HEAD + (line + 0.7) * LINE, method.title, fontsize=5.5, color=_colour(method))
    frame(axes, INNER, _table_height(results, figure))


def _colour(method: Method) -> str:
    return SECOND if method.family == "control" else INK


def _curves_height(results: AtlasResults, figure: Figure) -> float:
    return CURVE


def _draw_curves(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """A panel for each replacement: all methods' mean curves, controls dashed."""
    scores = _network(results, figure).scores
    width = INNER / len(REPLACEMENTS)
    shares = np.arange(1, POINTS + 1) / (POINTS + 1)
    for panel, name in enumerate(REPLACEMENTS):
        left = panel * width
        axes.text(left + width / 2, 0.15, name, fontsize=6, color=INK, ha="center")
        for method in scores.methods:
            curves = scores.evaluations[method.name].curves
            if curves is None or not np.isfinite(curves[:, panel]).any():
                continue
            for order, colour in ((FIRST, ACCENT), (LAST, SECOND)):
                mean = np.clip(known_mean(curves[:, panel, order], 0), -0.5, 1.5)
                style = "--" if method.family == "control" else "-"
                y = CURVE - 0.3 - (mean + 0.5) / 2 * (CURVE - 0.6)
                axes.plot(left + 0.1 + shares * (width - 0.2), y, style, color=colour, linewidth=0.5, alpha=0.7)
    axes.text(
        0.1, CURVE - 0.08, "most relevant first (blue), least first (red); controls dashed", fontsize=5, color=INK
    )
    frame(axes, INNER, CURVE)


def _matrix_height(results: AtlasResults, figure: Figure) -> float:
    return HEAD + 0.4 * len(KINDS)


def _draw_matrix(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """Kendall's tau of each pair of scores, as numbers on a diverging ground."""
    from matplotlib import colormaps

    found = mean_agreement([network.scores for network in chapter_of(results).networks if network.scores.methods])
    side = (INNER - LEFT) / len(KINDS)
    for row, kind in enumerate(KINDS):
        y = HEAD + row * 0.4
        axes.text(0, y + 0.25, kind.title, fontsize=5.5, color=INK)
        axes.text(LEFT + (row + 0.5) * side, HEAD - 0.1, kind.title, fontsize=4.5, color=INK, ha="center")
        for column in range(len(KINDS)):
            value = float(found[row, column])
            colour = colormaps["PuOr_r"](0.5 + 0.4 * value) if np.isfinite(value) else "#ffffff"
            axes.fill_between([LEFT + column * side, LEFT + (column + 1) * side], y, y + 0.4, color=colour)
            words = number(value, 2) if np.isfinite(value) else ""
            axes.text(LEFT + (column + 0.5) * side, y + 0.25, words, fontsize=6, color=INK, ha="center")
    frame(axes, INNER, _matrix_height(results, figure))


DRAWINGS.add("heatmap-scores", Drawing(_table_height, _draw_table))
DRAWINGS.add("heatmap-curves", Drawing(_curves_height, _draw_curves))
DRAWINGS.add("heatmap-agreement", Drawing(_matrix_height, _draw_matrix))
