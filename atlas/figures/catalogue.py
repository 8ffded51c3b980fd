"""From the id of a figure to its record, and all ids there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from atlas.errors import UnknownName
from atlas.figures.chapter import chapter_figures
from atlas.figures.generative import generative_figures
from atlas.figures.map import map_figure
from atlas.figures.network import network_figures
from atlas.figures.sheet import units_figure, wall_figure, wall_units
from atlas.figures.unit import unit_figures
from atlas.measured import AtlasResults, Figure, LayerResults, NetworkResults
from atlas.types import NetworkSpec

CHAPTERS: dict[str, Callable[[AtlasResults], Iterable[Figure]]] = {
    "recurrent": chapter_figures,
    "generative": generative_figures,
}


def find(results: AtlasResults, figure_id: str) -> Figure:
    """The figure with this id; UnknownName lists what exists beside the first part of the id that does not."""
    if figure_id == "wall":
        return wall_figure(results, wall_units(results))
    for name, made in CHAPTERS.items():
        if figure_id.startswith(f"{name}/"):
            chapter = {figure.id: figure for figure in made(results)}
            if figure_id in chapter:
                return chapter[figure_id]
            raise UnknownName(f"figure of the {name} chapter", figure_id, chapter)
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
    """The network and the layer that a figure's id begins with; UnknownName lists those there are."""
    name, _, rest = figure_id.partition("/")
    networks = {network.spec.name: network for network in results.networks}
    if name not in networks:
        raise UnknownName(f"network (the first part of {figure_id!r})", name, (*networks, "wall"))
    network, layer = networks[name], rest.partition("/")[0]
    if layer not in network.layer_names:
        raise UnknownName(f"layer of {name} (the second part of {figure_id!r})", layer, network.layer_names)
    return network, network.load(layer)


def sheet_figures(results: AtlasResults, network: NetworkSpec, layer: LayerResults) -> tuple[Figure, ...]:
    """The figures of a layer as a whole: "units" where it has pictures, "map" where it has a layout."""
    return (
        *((units_figure(results, network, layer),) if layer.pictures else ()),
        *((map_figure(results, network, layer),) if layer.layout is not None else ()),
    )


def layer_figures(results: AtlasResults, network: NetworkSpec, layer: LayerResults) -> Iterator[Figure]:
    """All figures of a layer: those of the whole, then those of each unit."""
    yield from sheet_figures(results, network, layer)
    for index in range(layer.spec.units):
        yield from unit_figures(results, network, layer, index)


def all_ids(results: AtlasResults) -> Iterator[str]:
    """The ids of all figures; a layer is read from the store when its turn comes."""
    yield "wall"
    for network in results.networks:
        for name in network.layer_names:
            for figure in layer_figures(results, network.spec, network.load(name)):
                yield figure.id
        for figure in network_figures(results, network):
            yield figure.id
    for made in CHAPTERS.values():
        yield from (figure.id for figure in made(results))
