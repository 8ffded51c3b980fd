"""The figures of squeeze-and-excitation: the gates of each block, their class means, and their mean ablation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from atlas.chapters.vision.figures.whole import whole_figure
from atlas.chapters.vision.places import gate_file, gates_page
from atlas.core.report import Gates, MeanAblation
from atlas.core.results import AtlasResults, Figure, NetworkResults
from atlas.core.specs import Array
from atlas.publish.words import MINUS, count, number, percent

LOW, HIGH = np.array([33, 102, 172]), np.array([178, 60, 10])  # blue and orange: told apart by the colour-blind


def gate_figures(results: AtlasResults, network: NetworkResults) -> tuple[Figure, ...]:
    """All figures of the gates of `network`; none for a network without gate statistics."""
    if network.gates is None:
        return ()
    names = block_names(network)
    return (
        _values_figure(results, network, network.gates, names),
        _classes_figure(results, network, network.gates, names),
        _ablation_figure(results, network, network.gates, names),
    )


def _values_figure(results: AtlasResults, network: NetworkResults, gates: Gates, names: Sequence[str]) -> Figure:
    return whole_figure(
        results,
        network,
        "gates",
        "Gates",
        page=gates_page(network.spec.name),
        caption=f"Gates of each block on {count(gates.images, 'validation image')}, channels sorted by mean gate. "
        "Line: mean. Bars: from the class with the lowest to the class with the highest mean. A gate of 0 closes its "
        "channel, a gate of 1 leaves it unchanged.",
        alt=f"Range of the class means of every gate in {count(len(names), 'block')}.",
    )


def _classes_figure(results: AtlasResults, network: NetworkResults, gates: Gates, names: Sequence[str]) -> Figure:
    limit = number(strongest(gates), 2)
    return whole_figure(
        results,
        network,
        "gates-classes",
        "Gates by class",
        page=gates_page(network.spec.name),
        caption="Rows: classes, in the order of the class list. Columns: channels. Colour: class mean of the gate "
        f"minus its overall mean, from blue ({MINUS}{limit}) through white (0) to orange (+{limit}, the 99.5th "
        "percentile over all blocks).",
        alt=f"Heat maps of classes by channels, one for each of {count(len(names), 'block')}.",
        files=tuple(gate_file(network.spec.name, index) for index in range(len(names))),
    )


def _ablation_figure(results: AtlasResults, network: NetworkResults, gates: Gates, names: Sequence[str]) -> Figure:
    return whole_figure(
        results,
        network,
        "gates-cost",
        "Mean ablation of the gates",
        page=gates_page(network.spec.name),
        caption=f"Top-1 accuracy on {count(gates.images, 'validation image')} when the gates of one block, or of all "
        f"blocks, are replaced by their mean over these images, against {_share(gates.top1)} without ablation. ±: one "
        "standard error of the paired difference. Explained by class: the share of a gate's variance between class "
        f"means, averaged over channels; random classes would explain {percent(chance(gates))}.",
        alt=f"Top-1 accuracy with the gates of {', '.join(names)} or all of them replaced by their mean.",
    )


def block_names(network: NetworkResults) -> tuple[str, ...]:
    """The name of each gated block: the last layer inside it, or the path of its module where it has none.

    Empty for a network without gate statistics.
    """

    def name(path: str) -> str:
        inside = [layer.name for layer in network.spec.layers if layer.path.startswith(f"{path}.")]
        return inside[-1] if inside else path

    return tuple(name(block.path) for block in network.gates.blocks) if network.gates else ()


def chance(gates: Gates) -> float:
    """The share of variance that random classes explain on average: (classes - 1) / (images - 1)."""
    return (len(gates.blocks[0].by_class) - 1) / (gates.images - 1)


def cost(gates: Gates, ablation: MeanAblation) -> str:
    """The change of top-1 in points, with its standard error where it is known: −3.8 ± 0.6."""
    error = ablation.error(gates.images)
    change = f"{100 * (ablation.top1 - gates.top1):+.1f}".replace("-", MINUS)
    return change if error is None else f"{change} ± {100 * error:.1f}"


def strongest(gates: Gates) -> float:
    """The deviation of a class mean that gets full colour: the 99.5th percentile over all blocks."""
    deviations = [np.abs(block.by_class - block.mean).ravel() for block in gates.blocks]
    return float(np.percentile(np.concatenate(deviations), 99.5))


def diverging(values: Array) -> Array:
    """[..., 3] uint8 of values in [-1, 1] (clipped): blue below, white 0, orange above."""
    level = np.clip(values, -1, 1)[..., None]
    colour = np.where(level < 0, LOW, HIGH)
    mixed: Array = np.rint(255 + np.abs(level) * (colour - 255)).astype(np.uint8)
    return mixed


def heat_map(gates: Gates, index: int) -> Array:
    """[K, C, 3] uint8: the K classes by the C channels of block `index`."""
    block = gates.blocks[index]
    return diverging((block.by_class - block.mean) / max(strongest(gates), 1e-9))


def findings(gates: Gates, names: Sequence[str]) -> str:
    """The results in three sentences; `names` are those of the blocks (`block_names`)."""
    drops = [gates.top1 - block.ablation.top1 for block in gates.blocks]
    spread = [float(block.std.mean()) for block in gates.blocks]
    explained = [block.between for block in gates.blocks]
    worst, most, least = int(np.argmax(drops)), int(np.argmax(spread)), int(np.argmin(spread))
    single = cost(gates, gates.blocks[worst].ablation)
    return (
        f"Replacing every gate by its mean changes top-1 by {cost(gates, gates.ablation)} points, from "
        f"{_share(gates.top1)} to {_share(gates.ablation.top1)}{_conclusion(gates)}. Among single blocks, "
        f"{names[worst]} has the largest effect ({single} points). The gates vary most in {names[most]} (mean "
        f"standard deviation over images {number(spread[most], 2)}) and least in {names[least]} "
        f"({number(spread[least], 2)}); the class explains {percent(min(explained))} to {percent(max(explained))} of "
        f"their variance (chance: {percent(chance(gates))})."
    )


def _conclusion(gates: Gates) -> str:
    error, drop = gates.ablation.error(gates.images), gates.top1 - gates.ablation.top1
    if error is not None and abs(drop) <= 2 * error:
        return ", within two standard errors"
    return ": the gates carry image-specific information" if drop > 0 else ""


def _share(value: float) -> str:
    return f"{100 * value:.1f}\u202f%"
