"""Drawings of measures: accuracy by kind of probe image, units by group of objects."""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.chapters.vision.figures import locate
from atlas.chapters.vision.figures.groups import group_rows
from atlas.chapters.vision.figures.network import KINDS
from atlas.core.groups import Accuracy
from atlas.core.results import AtlasResults, Figure
from atlas.publish.drawing import ACCENT, DRAWINGS, INK, SECOND, Drawing

ROW = 0.32  # inches
HEAD = 0.7


def _accuracies(results: AtlasResults, figure: Figure) -> dict[str, Accuracy]:
    name = figure.provenance["network"]
    return dict(next(network for network in results.networks if network.spec.name == name).accuracies)


def draw_accuracy(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """A row for each kind of image: top-1 and top-5 with their intervals."""
    found = _accuracies(results, figure)
    rows = np.arange(len(found))
    for name, colour, shift in (("top1", SECOND, -0.12), ("top5", ACCENT, 0.12)):
        shares = np.array([getattr(one, name) for one in found.values()])
        spans = np.array([getattr(one, f"{name}_interval") for one in found.values()])
        errors = 100 * np.abs(spans - shares[:, None]).T
        label = f"top-{name[-1]}"
        axes.errorbar(100 * shares, rows + shift, xerr=errors, fmt="o", color=colour, markersize=4, label=label)
    axes.set_yticks(rows, [f"{KINDS[kind]} (n = {one.n:,})" for kind, one in found.items()])
    axes.set_xlim(-1, 101)
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.set_xlabel("right, per cent", color=INK, fontsize=8)
    axes.tick_params(labelsize=7, colors=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="best", fontsize=7, labelcolor=INK, edgecolor="none")


def draw_groups(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """A bar for each group of objects: the units that have it."""
    rows = group_rows(locate(results, figure.id)[1].dissection)
    axes.barh([row.group for row in rows], [row.units for row in rows], color=ACCENT, height=0.6)
    axes.invert_yaxis()
    axes.set_xlabel("units", color=INK, fontsize=8)
    axes.tick_params(labelsize=7, colors=INK)
    axes.spines[["top", "right"]].set_visible(False)


def _groups_height(results: AtlasResults, figure: Figure) -> float:
    return HEAD + ROW * max(1, len(group_rows(locate(results, figure.id)[1].dissection)))


def _accuracy_height(results: AtlasResults, figure: Figure) -> float:
    return HEAD + 2 * ROW * len(_accuracies(results, figure))


DRAWINGS.add("accuracy", Drawing(_accuracy_height, draw_accuracy, indent=2))
DRAWINGS.add("groups", Drawing(_groups_height, draw_groups, indent=1.2))
