"""Drawings of the figures of a network: its structure, its first filters, its training."""

from __future__ import annotations

from typing import Any

from atlas.chapters.vision.figures.network import filter_pictures
from atlas.chapters.vision.figures.strip import Box, Strip, strip
from atlas.core.results import AtlasResults, Figure, NetworkResults
from atlas.publish.drawing import ACCENT, DRAWINGS, INK, INNER, QUIET, SECOND, Drawing, frame, montage


def _network(results: AtlasResults, figure: Figure) -> NetworkResults:
    return next(network for network in results.networks if network.spec.name == figure.provenance["network"])


def _strip(results: AtlasResults, figure: Figure) -> tuple[Strip, float]:
    """The strip, and inches per pixel of it."""
    network = _network(results, figure)
    found = strip(network.structure, network.layer_names)
    return found, INNER / max(found.width, 400)


def draw_structure(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """Boxes, wires, the names of layers and the sizes of maps."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    found, scale = _strip(results, figure)
    size = max(2.0, 72 * 10 * scale)
    slanted = {"rotation": -50, "rotation_mode": "anchor", "va": "top", "ha": "left"}
    for wire in found.wires:
        points = [(x * scale, y * scale) for x, y in wire.points]
        codes = [Path.MOVETO, *[Path.CURVE4] * (len(points) - 1)]
        colour = ACCENT if wire.arc else QUIET
        axes.add_patch(PathPatch(Path(points, codes), fill=False, edgecolor=colour, linewidth=0.5))
    for box in found.boxes:
        axes.add_patch(_patch(box, scale))
        if box.layer and box.alone:
            below = (found.floor + 6) * scale
            axes.text(box.x * scale, below, box.layer, fontsize=size, color=INK, **slanted)
    for x, words in found.sizes:
        axes.text(x * scale, 9 * scale, words, fontsize=size, color=INK)
    frame(axes, INNER, found.height * scale)


def _patch(box: Box, scale: float) -> Any:
    from matplotlib.patches import Circle, Polygon, Rectangle

    x, y, w, h = (value * scale for value in (box.x, box.y, box.width, box.height))
    kind = box.part.kind
    if kind == "sum":
        return Circle((x, y), w / 2, facecolor="white", edgecolor=INK, linewidth=0.6)
    if kind == "gate":
        corners = [(x, y - h / 2), (x + w / 2, y), (x, y + h / 2), (x - w / 2, y)]
        return Polygon(corners, facecolor=SECOND, edgecolor="none")
    corner = (x - w / 2, y - h / 2)
    if kind in ("pool", "input"):
        return Rectangle(corner, w, h, facecolor="white", edgecolor=INK, linewidth=0.6)
    alpha = box.shade / 100 if kind == "convolution" else 1
    return Rectangle(corner, w, h, facecolor=ACCENT if kind == "convolution" else INK, alpha=alpha, edgecolor="none")


def _structure_height(results: AtlasResults, figure: Figure) -> float:
    found, scale = _strip(results, figure)
    return found.height * scale


DRAWINGS.add("structure", Drawing(_structure_height, draw_structure))

FILTERS_A_ROW = 16


def draw_filters(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """All filters in the order of their channels."""
    tiles = list(filter_pictures(_network(results, figure).structure.filters))
    montage(axes, [tiles[first : first + FILTERS_A_ROW] for first in range(0, len(tiles), FILTERS_A_ROW)])


def _filters_height(results: AtlasResults, figure: Figure) -> float:
    count = len(_network(results, figure).structure.filters)
    return INNER / min(FILTERS_A_ROW, count) * -(-count // FILTERS_A_ROW)


DRAWINGS.add("filters", Drawing(_filters_height, draw_filters))


def draw_training(results: AtlasResults, figure: Figure, axes: Any) -> None:
    """Loss on the left axis, accuracy on the right."""
    card = _network(results, figure).card
    assert card is not None
    epochs = [row["epoch"] for row in card.curve]
    axes.plot(epochs, [row["loss"] for row in card.curve], color=INK, linewidth=1, label="training loss")
    axes.set_xlabel("epoch", color=INK, fontsize=8)
    axes.set_ylabel("loss, nats", color=INK, fontsize=8)
    left, low, width, height = axes.get_position().bounds
    axes.set_position((left, low, 0.92 * width, height))  # room for the numbers on the right
    other = axes.twinx()
    for name, colour in (("top1", ACCENT), ("top5", SECOND)):
        shares = [100 * row[name] for row in card.curve]
        other.plot(epochs, shares, color=colour, linewidth=1, label=f"{name[:3]}-{name[3:]} accuracy")
    other.set_ylabel("accuracy, %", color=INK, fontsize=8)
    other.set_ylim(0, 100)
    for part in (axes, other):
        part.tick_params(labelsize=7, colors=INK)
        part.spines[["top"]].set_visible(False)
    lines = [*axes.get_lines(), *other.get_lines()]
    other.legend(lines, [line.get_label() for line in lines], loc="center right", frameon=False, fontsize=7)


DRAWINGS.add("training", Drawing(lambda results, figure: 3.2, draw_training, indent=0.5))
