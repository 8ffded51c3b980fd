"""The figures of squeeze-and-excitation: the gates of each block, by class, and what holding them still costs."""

from __future__ import annotations

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
    gates = network.gates
    names, page = block_names(network), gates_page(network.spec.name)
    return (
        whole_figure(
            results, network, "gates", "Gates", page=page,
            caption=f"The gates of each block on {count(gates.images, 'validation image')}, channels sorted by their mean "
            "gate: the line is the mean, the bars reach from the class with the lowest to the class with the highest "
            "mean. 0 closes a channel, 1 lets it through.",
            alt=f"Range of the class means of every gate in {count(len(names), 'block')}.",
        ),
        whole_figure(
            results, network, "gates-classes", "Gates by class", page=page,
            caption="Each class's mean gate less the mean over all images: a row a class, in the order of the class list, a "
            "column a channel, in the order of its index. Blue is more closed, orange more open than usual, white as "
            f"usual; full colour is {number(strongest(gates), 2)} (the 99.5th percentile over all blocks).",
            alt=f"Heat maps of classes by channels, one for each of {count(len(names), 'block')}.",
            files=tuple(gate_file(network.spec.name, place) for place in range(len(names))),
        ),
        whole_figure(
            results, network, "gates-cost", "Cost of holding the gates", page=page,
            caption=f"Top-1 accuracy on the {count(gates.images, 'validation image')} when the gates of one block, or all, "
            f"are held at their mean over these images, against {_share(gates.top1)} with free gates. ± is one standard "
            "error of the difference, every image compared with itself. Explained by class: the share of a gate's "
            f"variance between class means, averaged over channels; classes dealt at random would explain "
            f"{percent(chance(gates))}.",
            alt=f"Top-1 accuracy with the gates of {', '.join(names)} or all of them held.",
        ),
    )  # fmt: skip


def block_names(network: NetworkResults) -> tuple[str, ...]:
    """What each gated block is called: the layer of its output, or the path of its module where none is read."""
    assert network.gates is not None
    return tuple(
        next(
            (layer.name for layer in reversed(network.spec.layers) if layer.path.startswith(f"{block.path}.")),
            block.path,
        )
        for block in network.gates.blocks
    )


def chance(gates: Gates) -> float:
    """The share of variance that classes dealt at random explain, on average: (classes - 1) / (images - 1)."""
    return (len(gates.blocks[0].by_class) - 1) / (gates.images - 1)


def cost(gates: Gates, ablation: MeanAblation) -> str:
    """The change of top-1 in points, with its standard error where it is known: −3.8 ± 0.6."""
    error = ablation.error(gates.images)
    change = f"{100 * (ablation.top1 - gates.top1):+.1f}".replace("-", MINUS)
    return change if error is None else f"{change} ± {100 * error:.1f}"


def strongest(gates: Gates) -> float:
    """The deviation of a class from the mean that gets full colour."""
    return float(
        np.percentile(np.concatenate([np.abs(block.by_class - block.mean).ravel() for block in gates.blocks]), 99.5)
    )


def diverging(values: Array) -> Array:
    """[..., 3] uint8 of values in [-1, 1] (clipped): blue below, white 0, orange above."""
    level = np.clip(values, -1, 1)[..., None]
    colour = np.where(level < 0, LOW, HIGH)
    mixed: Array = np.rint(255 + np.abs(level) * (colour - 255)).astype(np.uint8)
    return mixed


def heat_map(gates: Gates, place: int) -> Array:
    """[K, C, 3] uint8: classes by channels of one block."""
    block = gates.blocks[place]
    return diverging((block.by_class - block.mean) / max(strongest(gates), 1e-9))


def findings(network: NetworkResults) -> str:
    """What the numbers say, in two or three sentences."""
    gates, names = network.gates, block_names(network)
    assert gates is not None
    drops = [gates.top1 - block.ablation.top1 for block in gates.blocks]
    worst = int(np.argmax(drops))
    spread = [float(block.std.mean()) for block in gates.blocks]
    error = gates.ablation.error(gates.images)
    sure = error is None or abs(gates.top1 - gates.ablation.top1) > 2 * error
    whole = f"Held at their means, all gates together change top-1 by {cost(gates, gates.ablation)} points, from "
    whole += f"{_share(gates.top1)} to {_share(gates.ablation.top1)}" + (
        ": the network uses what they say about an image" if sure and gates.ablation.top1 < gates.top1
        else ", less than two standard errors"
    )  # fmt: skip
    return (
        f"{whole}. Of single blocks {names[worst]} matters most ({cost(gates, gates.blocks[worst].ablation)} points). The gates "
        f"move most in {names[int(np.argmax(spread))]} (a standard deviation over images of {number(max(spread), 2)} on "
        f"average) and least in {names[int(np.argmin(spread))]} ({number(min(spread), 2)}); the class explains "
        f"{percent(min(b.between for b in gates.blocks))} to {percent(max(b.between for b in gates.blocks))} of their "
        f"variance, where chance would explain {percent(chance(gates))}."
    )


def _share(value: float) -> str:
    return f"{100 * value:.1f}\u202f%"
