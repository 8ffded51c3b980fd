"""The twins of a layer's units: in each other network the unit whose responses go together with theirs the most.

The page of a unit names its nearest twin; the others come from one script a layer (static/twins.js shows them), because
links to seven networks on every page would take as many bytes as the examples do.
"""

from __future__ import annotations

from dataclasses import dataclass

from atlas.chapters.vision.pages.context import LayerContext
from atlas.core.results import NetworkResults
from atlas.core.specs import Unit


@dataclass(frozen=True)
class Twin:
    """A unit of another network: its address, the network's title, whether it has a picture, the correlation."""

    unit: Unit
    title: str
    picture: bool
    correlation: float


def best_match(context: LayerContext, unit: int) -> Twin | None:
    """The twin with the largest correlation over all other networks."""
    found = [twin for network in _others(context) if (twin := _twin(context, network, unit))]
    return max(found, key=lambda twin: twin.correlation, default=None)


def match_data(context: LayerContext) -> dict[str, object]:
    """For each other network its name, title, hue, layers (name, units), and of each unit in turn: 2 x layer, plus 1 if the
    twin has a picture (-1 = it has no twin); unit; 100 x correlation."""
    return {
        "networks": [_record(context, network) for network in _others(context)],
        "tiles": context.atlas.results.probes.publish,
    }


def _others(context: LayerContext) -> list[NetworkResults]:
    """The other networks that were compared, oldest first."""
    return [network for network in context.atlas.networks if network.spec.name in context.layer.matched_units]


def _twin(context: LayerContext, network: NetworkResults, unit: int) -> Twin | None:
    table = context.layer.matched_units[network.spec.name]
    layer, index = int(table.layer[unit]), int(table.unit[unit])
    if layer < 0:
        return None
    name = network.layer_names[layer]
    picture = index in network.pictured[name]
    return Twin(Unit(network.spec.name, name, index), network.spec.title, picture, float(table.correlation[unit]))


def _record(context: LayerContext, network: NetworkResults) -> list[object]:
    twins = (_twin(context, network, unit) for unit in range(context.layer.spec.units))
    places = {name: place for place, name in enumerate(network.layer_names)}
    rows = [
        number
        for twin in twins
        for number in (
            (2 * places[twin.unit.layer] + twin.picture, twin.unit.index, round(100 * twin.correlation))
            if twin
            else (-1, 0, 0)
        )
    ]
    layers = [[name, network.spec.layer(name).units] for name in network.layer_names]
    return [network.spec.name, network.spec.title, context.atlas.hues[network.spec.name], layers, rows]
