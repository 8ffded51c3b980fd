"""The pages of image networks, one file per kind of page; importing this package registers them. None needs torch.

The pages of a layer are made right after the layer was read, in worker processes; those of networks and of the atlas at
the end, from the summaries of all layers.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any

from atlas.chapters.vision.figures.network import network_figures
from atlas.chapters.vision.pages.context import LayerContext, LayerSummary, NetworkSummary
from atlas.core.registry import Registry
from atlas.publish.context import AtlasContext
from atlas.publish.finding import Findings
from atlas.publish.index import IndexEntries, IndexSection
from atlas.publish.page import Item, MenuEntry, Piece
from atlas.publish.places import layer_page, network_page

Summaries = Mapping[str, LayerSummary]  # by "network/layer"

LAYER_PAGES: Registry[Callable[[LayerContext], Iterator[Item]]] = Registry("page of a layer")
PAGES: Registry[Callable[[AtlasContext, Sequence[NetworkSummary]], Iterator[Item]]] = Registry("page")


def pieces(context: AtlasContext) -> dict[str, int]:
    """The layers, which are written apart, with their units."""
    return {
        f"{network.spec.name}/{name}": network.spec.layer(name).units
        for network in context.networks
        for name in network.layer_names
    }


def piece(context: AtlasContext, path: str) -> Piece:
    """The pages of a layer ("network/layer"), and its summary."""
    from atlas.chapters.vision.pages.summary import summary

    name, _, layer = path.partition("/")
    network = context.network(name)
    read = LayerContext(context, network, network.load(layer))
    items = (item for make in LAYER_PAGES.values() for item in make(read))
    return Piece(items, partial(summary, read))


def networks_of(context: AtlasContext, written: Summaries) -> tuple[NetworkSummary, ...]:
    """The summaries of the networks, oldest first."""
    return tuple(
        NetworkSummary(
            network,
            context.hues[network.spec.name],
            tuple(written[f"{network.spec.name}/{name}"] for name in network.layer_names),
        )
        for network in context.networks
    )


def pages(context: AtlasContext, written: Summaries) -> Iterator[Item]:
    """The pages of networks and the home page."""
    networks = networks_of(context, written)
    for make in PAGES.values():
        yield from make(context, networks)


def menu(context: AtlasContext) -> list[MenuEntry]:
    """Links to the networks and the maps on the home page, where the atlas has image networks."""
    if not context.networks:
        return []
    return [MenuEntry("Networks", "index.html#networks"), MenuEntry("Maps", "index.html#maps")]


def index(context: AtlasContext, written: Summaries) -> Iterator[IndexEntries]:
    """The layers, with the words of the names of their units."""
    for network in networks_of(context, written):
        spec = network.network.spec
        for layer in network.layers:
            section = IndexSection(
                network_page(spec.name),
                layer_page(spec.name, layer.name),
                spec.title,
                layer.name,
                layer.title,
                range(layer.units),
            )
            words = [(unit, word) for unit, name in enumerate(layer.names) if name for word in name.words]
            yield section, words


def findings(context: AtlasContext, written: Summaries) -> Iterator[Findings]:
    """What was found about each network and layer."""
    from atlas.chapters.vision.pages.finding import chapter_findings

    yield from chapter_findings(context, networks_of(context, written))


def counts(context: AtlasContext, written: Summaries) -> dict[str, int]:
    """How many figures, units and pictures there are."""
    whole = bool(context.networks) + sum(len(network_figures(context.results, network)) for network in context.networks)
    layers = written.values()
    return {
        "figures": whole + sum(layer.figures for layer in layers),
        "units": sum(layer.units for layer in layers),
        "pictures": sum(layer.pictures for layer in layers),
    }


def record(context: AtlasContext, written: Summaries) -> dict[str, Any]:
    """The networks and their maps, for `atlas.json`."""
    networks = networks_of(context, written)
    return {
        "networks": [_network(network) for network in networks],
        "maps": [
            {"network": network.network.spec.name, "layer": layer.name, "n": layer.map_images, **layer.map}
            for network in networks
            for layer in network.layers
            if layer.map_images
        ],
    }


def _network(summary: NetworkSummary) -> dict[str, Any]:
    spec, card = summary.network.spec, summary.network.card
    return {
        "name": spec.name,
        "title": spec.title,
        "year": spec.year,
        "parameters": summary.network.parameters,
        "multiply_adds": summary.network.structure.multiply_adds,
        "depth": summary.network.structure.depth,
        "top1": card.top1 if card else None,  # on the validation images of its card; else unknown
        "top5": card.top5 if card else None,
        "weights": spec.weights.sha256,
        "layers": [
            {
                "name": layer.name,
                "units": layer.units,
                "receptive_field": layer.field,
                "pictures": layer.pictures,
                "degenerate": layer.degenerate.counts(),
            }
            for layer in summary.layers
        ],
    }


for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")
