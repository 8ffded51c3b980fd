"""Matched units: for each unit of a layer the most correlated unit of each other network.

The page of a unit links the best match of all; the script of its layer holds the others, and static/twins.js shows
them. Links to seven networks on every page would take as many bytes as the examples.
"""

from __future__ import annotations

from dataclasses import dataclass

from atlas.chapters.vision.pages.context import LayerContext
from atlas.core.results import NetworkResults
from atlas.core.specs import Unit


@dataclass(frozen=True)
class Match:
    """A unit of another network: its address, the network's title, whether it has a picture, the correlation."""

    unit: Unit
    title: str
    picture: bool
    correlation: float


def best_match(context: LayerContext, unit: int) -> Match | None:
    """The match with the largest correlation over all other networks, None where no network has one."""
    matches = [match for network in _others(context) if (match := _match(context, network, unit))]
    return max(matches, key=lambda match: match.correlation, default=None)


def match_data(context: LayerContext) -> dict[str, object]:
    """For each other network its name, title, hue, layers (name, units) and the matches of all units in turn.

    A match is three numbers: 2 x layer, plus 1 if the matched unit has a picture (-1 without a match); unit;
    100 x correlation.
    """
    return {
        "networks": [_record(context, network) for network in _others(context)],
        "tiles": context.atlas.results.probes.publish,
    }


def _others(context: LayerContext) -> list[NetworkResults]:
    """The other networks that were compared, oldest first."""
    return [network for network in context.atlas.networks if network.spec.name in context.layer.matched_units]


def _match(context: LayerContext, network: NetworkResults, unit: int) -> Match | None:
    table = context.layer.matched_units[network.spec.name]
    layer, index = int(table.layer[unit]), int(table.unit[unit])
    if layer < 0:
        return None
    name = network.layer_names[layer]
    picture = index in network.pictured[name]
    return Match(Unit(network.spec.name, name, index), network.spec.title, picture, float(table.correlation[unit]))


def _record(context: LayerContext, network: NetworkResults) -> list[object]:
    positions = {name: position for position, name in enumerate(network.layer_names)}

    def numbers(match: Match | None) -> tuple[int, int, int]:
        if match is None:
            return -1, 0, 0
        return 2 * positions[match.unit.layer] + match.picture, match.unit.index, round(100 * match.correlation)

    matches = (_match(context, network, unit) for unit in range(context.layer.spec.units))
    flat = [value for match in matches for value in numbers(match)]
    layers = [[name, network.spec.layer(name).units] for name in network.layer_names]
    return [network.spec.name, network.spec.title, context.atlas.hues[network.spec.name], layers, flat]
