"""The figures of a network as a whole: its structure, its first filters, its training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from atlas.chapters.vision.figures.diagnosis import diagnosis_figures
from atlas.chapters.vision.figures.gates import gate_figures
from atlas.chapters.vision.figures.strip import strip
from atlas.chapters.vision.figures.whole import whole_figure
from atlas.chapters.vision.places import filters_file
from atlas.core.report import DIAGNOSED, ModelCard, Structure
from atlas.core.results import AtlasResults, Figure, NetworkResults
from atlas.core.specs import Array
from atlas.publish.places import network_page
from atlas.publish.words import count, listed, number, tiny


def network_figures(results: AtlasResults, network: NetworkResults) -> tuple[Figure, ...]:
    """The figures that a network has: structure, first filters, training, gates, diagnosis."""
    return tuple(_figures(results, network))


def _figures(results: AtlasResults, network: NetworkResults) -> Iterator[Figure]:
    yield structure_figure(results, network)
    yield filters_figure(results, network)
    if network.card is not None:
        yield training_figure(results, network)
    if network.accuracies:
        yield accuracy_figure(results, network)
    yield from gate_figures(results, network)
    if network.spec.name == DIAGNOSED[-1]:
        yield from diagnosis_figures(results)


def structure_figure(results: AtlasResults, network: NetworkResults) -> Figure:
    """The strip that is drawn from the traced network."""
    found = network.structure
    return whole_figure(
        results,
        network,
        "structure",
        "Structure",
        page=network_page(network.spec.name),
        caption=f"{network.spec.title}, traced from its forward pass, from the image to the classes: "
        f"{count(found.depth, 'layer')} with weights on the longest path, {count(network.parameters, 'parameter')}, "
        f"{count(found.multiply_adds, 'multiply-add')} for one image. {_legend(found)}",
        alt=f"{network.spec.title}: {_counted(network)}.",
    )


SIGNS = {
    "pool": "Thin frames: pooling.",
    "norm": "Hairlines: local response normalization.",
    "join": "Bars: concatenation.",
    "sum": "Circles: addition.",
    "gate": "Diamonds: gates.",
}


def _legend(structure: Structure) -> str:
    """The meaning of the shapes of the strip."""
    kinds = {part.kind for part in structure.parts}
    sentences = [
        "Height: size of the map.",
        "Width: number of channels (logarithmic).",
        "Shade: size of the kernel.",
        "Numbers above: side of the map, in positions.",
        *(sentence for kind, sentence in SIGNS.items() if kind in kinds),
        *(["Arcs: connections that skip layers."] if strip(structure).arcs else []),
    ]
    return " ".join(sentences)


def _counted(network: NetworkResults) -> str:
    """What the network is made of, in words."""
    nouns = {
        "convolution": "convolution",
        "linear": "fully connected layer",
        "pool": "pooling layer",
        "norm": "normalization",
        "join": "concatenation",
        "sum": "sum",
        "gate": "gate",
    }
    kinds = [part.kind for part in network.structure.parts]
    return listed([count(kinds.count(kind), noun) for kind, noun in nouns.items() if kind in kinds])


def filters_figure(results: AtlasResults, network: NetworkResults) -> Figure:
    """The weights of the first convolution."""
    filters = network.structure.filters
    side, largest = filters.shape[2], np.abs(filters).max((1, 2, 3))
    return whole_figure(
        results,
        network,
        "filters",
        "First-layer filters",
        page=network_page(network.spec.name),
        caption=f"The {count(len(filters), 'filter')} of the first convolution, {side} × {side} input pixels each, in "
        "the order of their channels. Red, green and blue are the weights of the three colour channels. Each filter "
        "is scaled by its largest absolute weight (black: −largest, grey: 0, white: +largest), so contrast does not "
        f"show strength. The largest absolute weights range from {_size(float(largest.min()))} to "
        f"{_size(float(largest.max()))}.",
        alt=f"Contact sheet of the {count(len(filters), 'first-layer filter')} of {network.spec.title}.",
        files=(filters_file(network.spec.name),),
    )


def _size(weight: float) -> str:
    """A weight in decimals, or in powers of ten where it is tiny."""
    return number(weight) if weight >= 1e-4 else tiny(weight)


def filter_pictures(filters: Array) -> Array:
    """[F, k, k, 3] uint8 for weights [F, 3, k, k]: 1 = −largest, 128 = 0, 255 = largest.

    Filters with another number of input channels are shown grey, by the mean over their inputs.
    """
    colours = filters if filters.shape[1] == 3 else np.repeat(filters.mean(1, keepdims=True), 3, 1)
    largest = np.maximum(np.abs(colours).max((1, 2, 3), keepdims=True), 1e-12)
    rgb: Array = np.rint(128 + 127 * colours / largest).astype(np.uint8)
    return rgb.transpose(0, 2, 3, 1)


def training_figure(results: AtlasResults, network: NetworkResults) -> Figure:
    """Loss and accuracy after each epoch. ValueError for a network without a model card."""
    card = network.card
    if card is None:
        raise ValueError(f"{network.spec.name} has no model card")
    epochs, last = count(len(card.curve), "epoch"), card.curve[-1]
    return whole_figure(
        results,
        network,
        "training",
        "Training",
        page=network_page(network.spec.name),
        caption="Mean training loss (cross-entropy in nats with smoothed labels mixed with the soft labels of a "
        f"teacher, on augmented images) and accuracy on {count(card.images, 'validation image')} after each of "
        f"{epochs}: loss {number(card.curve[0]['loss'])} to {number(last['loss'])}, top-1 "
        f"{_share(card.curve[0]['top1'])} to {_share(last['top1'])}. {_as_shipped(card)}",
        alt=f"Two curves over {epochs}: the loss falls to {number(last['loss'])}, top-1 accuracy rises to "
        f"{_share(last['top1'])}.",
    )


def _as_shipped(card: ModelCard) -> str:
    norms = ""
    if card.statistics_of:
        norms = f" and with batch-norm statistics of {count(card.statistics_of, 'unmixed training image')}"
    error = _share(card.error(card.top1))
    return (
        f"As shipped, in {card.precision}{norms}: top-1 {_share(card.top1)} ± {error} (standard error), "
        f"top-5 {_share(card.top5)}."
    )


KINDS = {
    "photograph": "Whole photographs",
    "crop": "Parts of photographs",
    "cut-out": "Cut-outs on other grounds",
    "drawing": "Drawings on other grounds",
    "image": "Images",
}  # of probe images


def accuracy_figure(results: AtlasResults, network: NetworkResults) -> Figure:
    """Top-1 and top-5 accuracy on the probe images whose class the network knows."""
    parts = [
        f"{KINDS[kind].lower()}: top-1 {_share(found.top1)}, top-5 {_share(found.top5)} (n = {found.n:,})"
        for kind, found in network.accuracies.items()
    ]
    return whole_figure(
        results,
        network,
        "accuracy",
        "Accuracy",
        page=network_page(network.spec.name),
        caption="Are the probe images of the kind that the network learned? Share of those with an obvious class that "
        "are classified rightly: at first guess (top-1) and among the five highest scores (top-5), with Wilson's 95 % "
        "interval. Images of one work are not independent, so intervals count works.",
        alt=f"Accuracy of {network.spec.title} on probe images; {listed(parts)}.",
    )


def _share(value: float) -> str:
    """A share in [0, 1] as per cent with one decimal: 61.8 %."""
    return f"{100 * value:.1f}\u202f%"
