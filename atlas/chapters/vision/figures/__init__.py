"""The figures of image networks, found by their ids: the wall, those of a network, of a layer, of a unit."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.chapters.vision.figures.groups import groups_figure
from atlas.chapters.vision.figures.map import map_figure
from atlas.chapters.vision.figures.names import layer_names, names_figure
from atlas.chapters.vision.figures.network import network_figures
from atlas.chapters.vision.figures.sheet import units_figure, wall_figure, wall_units
from atlas.chapters.vision.figures.tuning import tunings_figure
from atlas.chapters.vision.figures.unit import unit_figures
from atlas.core.errors import UnknownName
from atlas.core.results import AtlasResults, Figure, LayerResults, NetworkResults
from atlas.core.specs import NetworkSpec

WALL = "wall"


def firsts(results: AtlasResults) -> tuple[str, ...]:
    """The first parts of the ids of the chapter's figures."""
    return (*(network.spec.name for network in results.networks), WALL)


def find(results: AtlasResults, figure_id: str) -> Figure:
    """The figure with this id; reads no more than its layer.

    UnknownName lists what exists beside the first part of the id that does not.
    """
    if figure_id == WALL:
        return wall_figure(results, wall_units(results))
    for whole in (network for network in results.networks if network.spec.name == figure_id.partition("/")[0]):
        for figure in network_figures(results, whole):
            if figure.id == figure_id:
                return figure
    network, layer = locate(results, figure_id)
    place = f"{network.spec.name}/{layer.spec.name}"
    rest = figure_id.removeprefix(f"{place}/").split("/")
    if rest[0].isdecimal() and rest[0] == str(int(rest[0])) and int(rest[0]) < layer.spec.units:
        figures = unit_figures(results, network.spec, layer, int(rest[0]))
    else:
        figures = sheet_figures(results, network.spec, layer)
    by_id = {figure.id: figure for figure in figures}
    try:
        return by_id[figure_id]
    except KeyError:
        last = layer.spec.units - 1
        raise UnknownName(f"figure in {place} (its units are 0 to {last})", figure_id, by_id) from None


def locate(results: AtlasResults, figure_id: str) -> tuple[NetworkResults, LayerResults]:
    """The network and the layer that an id begins with. UnknownName lists those there are."""
    name, _, rest = figure_id.partition("/")
    networks = {network.spec.name: network for network in results.networks}
    if name not in networks:
        raise UnknownName(f"network (the first part of {figure_id!r})", name, (*networks, "wall"))
    network, layer = networks[name], rest.partition("/")[0]
    if layer not in network.layer_names:
        raise UnknownName(f"layer of {name} (the second part of {figure_id!r})", layer, network.layer_names)
    return network, network.load(layer)


def sheet_figures(results: AtlasResults, network: NetworkSpec, layer: LayerResults) -> tuple[Figure, ...]:
    """The figures of a layer as a whole: "units" (pictures), "map" (a layout), "groups" (masks), "tuning", "names"."""
    named = layer.spec.name != network.logits.name  # else the units are the classes
    return (
        *((units_figure(results, network, layer),) if layer.pictures else ()),
        *((map_figure(results, network, layer),) if layer.layout is not None else ()),
        *((groups_figure(results, network, layer),) if layer.dissection.groups else ()),
        *((tunings_figure(results, network, layer),) if layer.tuning.field else ()),
        *((names_figure(results, network, layer, layer_names(results, network, layer)),) if named else ()),
    )


def layer_figures(results: AtlasResults, network: NetworkSpec, layer: LayerResults) -> Iterator[Figure]:
    """All figures of a layer: those of the whole, then those of each unit."""
    yield from sheet_figures(results, network, layer)
    for index in range(layer.spec.units):
        yield from unit_figures(results, network, layer, index)


def all_figures(results: AtlasResults) -> Iterator[Figure]:
    """All figures; each layer is read from the store when its figures are asked for."""
    if results.networks:
        yield wall_figure(results, wall_units(results))
    for network in results.networks:
        yield from _figures_of(results, network)


def all_ids(results: AtlasResults) -> Iterator[str]:
    """The ids of all figures, without a look at every layer for the units of the wall."""
    if results.networks:
        yield WALL
    for network in results.networks:
        yield from (figure.id for figure in _figures_of(results, network))


def _figures_of(results: AtlasResults, network: NetworkResults) -> Iterator[Figure]:
    for name in network.layer_names:
        yield from layer_figures(results, network.spec, network.load(name))
    yield from network_figures(results, network)
