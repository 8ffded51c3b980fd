"""The figure of a layer's dissection: which groups of objects its units respond to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.core.groups import Dissection
from atlas.core.results import AtlasResults, Figure, LayerResults
from atlas.core.specs import NetworkSpec
from atlas.publish.places import layer_page
from atlas.publish.provenance import provenance, terms
from atlas.publish.words import count, percent

BEST = 5  # units of a group that the table names


@dataclass(frozen=True)
class GroupRow:
    """A group of objects: how many units have it, and the best of them."""

    group: str
    units: int
    best: tuple[int, ...]


def group_rows(found: Dissection) -> tuple[GroupRow, ...]:
    """The groups that units have, those of most units first; in each the units with the highest scores."""
    rows = []
    for number, name in enumerate(found.groups):
        units = np.flatnonzero(found.above & (found.group == number))
        best = units[np.argsort(-found.auprc[units], kind="stable")][:BEST]
        rows.append(GroupRow(name, len(units), tuple(best.tolist())))
    return tuple(sorted((row for row in rows if row.units), key=lambda row: (-row.units, row.group)))


def groups_figure(results: AtlasResults, network: NetworkSpec, layer: LayerResults) -> Figure:
    """The units of a layer by group of objects."""
    found, name, units = layer.dissection, layer.spec.name, layer.spec.units
    licence, attribution = terms(())
    having = int(found.above.sum())
    scored = "the response inside their masks" if layer.spec.spatial else "the response to their images"
    more = " IoU: intersection over union at the top 0.5 % of positions." if layer.spec.spatial else ""
    return Figure(
        id=f"{network.name}/{name}/groups",
        kind="groups",
        title=f"Groups of objects in {name}, {network.title}",
        caption=f"{having:,} of {count(units, 'unit')} ({percent(having / units)}) respond to one of "
        f"{count(len(found.groups), 'group')} of objects more than to as many drawn at random from {found.objects}: by "
        f"chance 1\u202f% would. Score: area under the precision-recall curve (AUPRC) of {scored}, on objects that had "
        f"no part in the choice of the group; chance: 99th percentile of 200 random draws.{more}",
        alt=f"Table of groups with the number of units of {name} that have them: "
        + (", ".join(f"{row.group} {row.units}" for row in group_rows(found)) or "none")
        + ".",
        page=f"{layer_page(network.name, name)}#groups",
        files=(),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, network, layer, images=found.images),
    )
