"""The figure of a layer's names: how many units have one, and by which rule (`atlas.chapters.vision.naming`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas.chapters.vision.naming import LIFT, SELECTIVE, SURE, UnitName, unit_name
from atlas.core.results import AtlasResults, Figure, LayerResults
from atlas.core.specs import NetworkSpec
from atlas.publish.places import layer_page
from atlas.publish.provenance import provenance, terms
from atlas.publish.words import count, number, percent

SHOWN = 5  # units of a name that the table links


@dataclass(frozen=True)
class NameRow:
    """A word of names, the rule that gives it, and the units that have it."""

    word: str
    rule: str
    units: tuple[int, ...]


def layer_names(results: AtlasResults, network: NetworkSpec, layer: LayerResults) -> tuple[UnitName | None, ...]:
    """The name of each unit of a layer."""
    classes = results.class_names(network.labels)
    return tuple(unit_name(network, layer, index, classes) for index in range(layer.spec.units))


def name_rows(names: Sequence[UnitName | None]) -> tuple[NameRow, ...]:
    """The words of the names of a layer, those of most units first."""
    found: dict[tuple[str, str], list[int]] = {}
    for index, name in enumerate(names):
        for word in name.words if name else ():
            found.setdefault((word, name.rule if name else ""), []).append(index)
    rows = [NameRow(word, rule, tuple(units)) for (word, rule), units in found.items()]
    return tuple(sorted(rows, key=lambda row: (-len(row.units), row.word)))


def names_figure(
    results: AtlasResults, network: NetworkSpec, layer: LayerResults, names: Sequence[UnitName | None]
) -> Figure:
    """The words that units of a layer are named by, with the number of units of each."""
    name, units, having = layer.spec.name, layer.spec.units, sum(one is not None for one in names)
    licence, attribution = terms(())
    rows = name_rows(names)
    return Figure(
        id=f"{network.name}/{name}/names",
        kind="names",
        title=f"Names of the units of {name}, {network.title}",
        caption=f"{having:,} of {count(units, 'unit')} ({percent(having / units)}) have a name. {_rule(layer)} The "
        "others have only their number.",
        alt=f"Table of the words that units of {name} are named by: "
        + (", ".join(f"{row.word} {len(row.units)}" for row in rows[:12]) or "none")
        + ".",
        page=f"{layer_page(network.name, name)}#names",
        files=(),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, network, layer),
    )


def _rule(layer: LayerResults) -> str:
    """The rule that gives the names of a layer."""
    if layer.tuning.field:
        return (
            "A name is what a unit is tuned to, inside the range of the stimuli and with a 95 % interval of at most "
            f"± {number(SURE['orientation'])}° of orientation, ± {number(SURE['hue'])}° of hue, one octave of size or "
            "of frequency."
        )
    return (
        "A name is the predicted class, else the true label, else the group of labels for which the unit is "
        f"selective: (mean − median) ÷ (largest − median) lies above {number(SELECTIVE, 1)} with its whole 95 % "
        "interval; else the group of objects inside whose masks its average precision is "
        f"{number(LIFT)} times the 99th percentile of chance."
    )
