"""The figures of a network as a whole: its structure, its first filters, its training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from atlas.chapters.vision.figures.diagnosis import diagnosis_figures
from atlas.chapters.vision.figures.gates import gate_figures
from atlas.chapters.vision.figures.strip import strip
from atlas.chapters.vision.figures.whole import whole_figure
from atlas.chapters.vision.places import filters_file
from atlas.core.report import DIAGNOSED
from atlas.core.results import AtlasResults, Figure, NetworkResults
from atlas.core.specs import Array
from atlas.publish.places import network_page
from atlas.publish.words import count, listed, number


def network_figures(results: AtlasResults, network: NetworkResults) -> tuple[Figure, ...]:
    """Structure, first filters, the course of its training, its gates, its diagnosis: what there is."""
    return tuple(_figures(results, network))


def _figures(results: AtlasResults, network: NetworkResults) -> Iterator[Figure]:
    yield structure_figure(results, network)
    yield filters_figure(results, network)
    if network.card is not None:
        yield training_figure(results, network)
    yield from gate_figures(results, network)
    if network.spec.name == DIAGNOSED[-1]:
        yield from diagnosis_figures(results)


def structure_figure(results: AtlasResults, network: NetworkResults) -> Figure:
    """The strip that is drawn from the traced network."""
    found = network.structure
    kinds = {part.kind for part in found.parts}
    says = [
        "numbers above are the side of the map, in positions; a box is as tall as its map is wide, and the wider (on a logarithmic scale) the more channels it has, the darker "
        "the larger its kernel"
    ]
    says += ["thin frames are pools"] if "pool" in kinds else []
    says += ["hairlines are local response normalization"] if "norm" in kinds else []
    arcs = strip(found).arcs
    says += [f"bars set channels side by side{_carried(arcs)}"] if "join" in kinds else []
    says += [f"circles add{_carried(arcs)}"] if "sum" in kinds else []
    says += ["diamonds are gates"] if "gate" in kinds else []
    return whole_figure(
        results,
        network,
        "structure",
        "Structure",
        page=network_page(network.spec.name),
        caption=f"{network.spec.title} as its own forward pass computes it, from the image to the classes: "
        f"{count(found.depth, 'layer')} with weights on the longest path, {count(network.parameters, 'parameter')}, "
        f"{count(found.multiply_adds, 'multiply-add')} for one image. {_sentence(says)}",
        alt=f"{network.spec.title}: {_counted(network)}.",
    )


def _carried(arcs: bool) -> str:
    return " what arcs carry past other layers" if arcs else ""


def _sentence(says: list[str]) -> str:
    told = "; ".join(says)
    return f"{told[0].upper()}{told[1:]}."


def _counted(network: NetworkResults) -> str:
    """What the network is made of, in words."""
    nouns = {"convolution": "convolution", "linear": "fully connected layer", "pool": "pool", "norm": "normalization",
             "join": "concatenation", "sum": "sum", "gate": "gate"}  # fmt: skip
    kinds = [part.kind for part in network.structure.parts]
    return listed([count(kinds.count(kind), noun) for kind, noun in nouns.items() if kind in kinds])


def filters_figure(results: AtlasResults, network: NetworkResults) -> Figure:
    """The weights of the first convolution."""
    filters = network.structure.filters
    many, _, side, _ = filters.shape
    largest = np.abs(filters).max((1, 2, 3))
    return whole_figure(
        results,
        network,
        "filters",
        "First-layer filters",
        page=network_page(network.spec.name),
        caption=f"The {count(many, 'filter')} of the first convolution, {side} × {side} input pixels each, in the order of "
        "their channels. Red, green and blue show the weights on the three colours; each filter is scaled by its own "
        "largest weight (−largest is black, 0 grey, +largest white), so that contrast says nothing about strength. The "
        f"largest weights lie between {number(float(largest.min()))} and {number(float(largest.max()))}.",
        alt=f"Contact sheet of the {count(many, 'first-layer filter')} of {network.spec.title}.",
        files=(filters_file(network.spec.name),),
    )


def filter_pictures(filters: Array) -> Array:
    """[F, k, k, 3] uint8 of weights [F, 3, k, k] (one input channel is shown grey): 128 = 0, ± the largest = 255, 1."""
    colours = filters if filters.shape[1] == 3 else np.repeat(filters.mean(1, keepdims=True), 3, 1)
    largest = np.maximum(np.abs(colours).max((1, 2, 3), keepdims=True), 1e-12)
    rgb: Array = np.rint(128 + 127 * colours / largest).astype(np.uint8)
    return rgb.transpose(0, 2, 3, 1)


def training_figure(results: AtlasResults, network: NetworkResults) -> Figure:
    """Loss and accuracy after each epoch."""
    card = network.card
    assert card is not None
    last = card.curve[-1]
    norms = f" and with the batch norms' statistics of {count(card.statistics_of, 'unmixed training image')}"
    return whole_figure(
        results,
        network,
        "training",
        "Training",
        page=network_page(network.spec.name),
        caption=f"Mean training loss (cross-entropy in nats with the mix of smoothed labels and a teacher's word, on augmented "
        f"images) and accuracy on {count(card.images, 'validation image')} after each of {count(len(card.curve), 'epoch')}: "
        f"loss {number(card.curve[0]['loss'])} to {number(last['loss'])}, top-1 {_share(card.curve[0]['top1'])} to "
        f"{_share(last['top1'])}. As shipped, in {card.precision}{norms if card.statistics_of else ''}: top-1 {_share(card.top1)} ± "
        f"{_share(card.error(card.top1))} (standard error), top-5 {_share(card.top5)}.",
        alt=f"Two curves over {count(len(card.curve), 'epoch')}: the loss falls to {number(last['loss'])}, top-1 "
        f"accuracy rises to {_share(last['top1'])}.",
    )


def _share(value: float) -> str:
    """A share in per cent with one decimal: 61.8 %."""
    return f"{100 * value:.1f}\u202f%"
