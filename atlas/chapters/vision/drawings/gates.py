"""Drawings of the figures of gates."""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.chapters.vision.figures.gates import block_names, heat_map
from atlas.core.report import Gates
from atlas.core.results import AtlasResults, Figure, NetworkResults
from atlas.publish.drawing import ACCENT, DRAWINGS, INK, INNER, QUIET, Drawing, frame

ROW = 1.1  # inches of one block
HEAD = 0.25


def _network(results: AtlasResults, figure: Figure) -> tuple[NetworkResults, Gates]:
    network = next(network for network in results.networks if network.spec.name == figure.provenance["network"])
    assert network.gates is not None
    return network, network.gates


def _height(results: AtlasResults, figure: Figure) -> float:
    return len(_network(results, figure)[1].blocks) * (ROW + HEAD)


def draw_gates(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """A row for each block: range of the class means and mean of every gate, sorted by mean."""
    network, gates = _network(results, figure)
    for row, (name, block) in enumerate(zip(block_names(network), gates.blocks, strict=True)):
        top, order = row * (ROW + HEAD) + HEAD, np.argsort(block.mean, kind="stable")
        x = (np.arange(len(order)) + 0.5) * INNER / len(order)
        low, high = block.by_class.min(0)[order], block.by_class.max(0)[order]
        axes.vlines(x, top + ROW * (1 - low), top + ROW * (1 - high), color=ACCENT, alpha=0.5, linewidth=1)
        axes.plot(x, top + ROW * (1 - block.mean[order]), color=INK, linewidth=0.8)
        axes.hlines([top, top + ROW], 0, INNER, color=QUIET, linewidth=0.4)
        axes.text(0, top - 0.06, f"{name} (bottom 0, top 1)", fontsize=7, color=INK)
    frame(axes, INNER, _height(results, figure))


def draw_classes(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """A heat map for each block, classes downwards."""
    network, gates = _network(results, figure)
    for row, name in enumerate(block_names(network)):
        top = row * (ROW + HEAD) + HEAD
        extent = (0, INNER, top + ROW, top)
        axes.imshow(heat_map(gates, row), extent=extent, aspect="auto", interpolation="none")
        axes.text(0, top - 0.06, name, fontsize=7, color=INK)
    frame(axes, INNER, _height(results, figure))


def draw_cost(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """A bar for each block and one for all, with one standard error."""
    network, gates = _network(results, figure)
    ablations = [*(block.ablation for block in gates.blocks), gates.ablation]
    names = [*block_names(network), "all"]
    changes = [100 * (ablation.top1 - gates.top1) for ablation in ablations]
    errors = [100 * (ablation.error(gates.images) or 0.0) for ablation in ablations]
    axes.bar(names, changes, yerr=errors, color=ACCENT, ecolor=INK, width=0.6)
    axes.axhline(0, color=INK, linewidth=0.6)
    axes.set_ylabel("change of top-1, points", color=INK, fontsize=8)
    axes.tick_params(labelsize=7, colors=INK)
    axes.spines[["top", "right"]].set_visible(False)


DRAWINGS.add("gates", Drawing(_height, draw_gates))
DRAWINGS.add("gates-classes", Drawing(_height, draw_classes))
DRAWINGS.add("gates-cost", Drawing(lambda results, figure: 2.8, draw_cost, indent=0.5))
