"""The name of a unit: what was measured of it, in a few words, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas.core.groups import Profile
from atlas.core.results import LayerResults
from atlas.core.tuning import short
from atlas.publish.words import first_name

RULES = ("tuning", "dissection", "class", "label", "group")


@dataclass(frozen=True)
class UnitName:
    """A name and the rule of RULES that it has; both "" for a unit that has its number alone."""

    words: str
    rule: str


NAMELESS = UnitName("", "")


def unit_name(layer: LayerResults, unit: int, class_names: Sequence[str]) -> UnitName:
    """The name of a unit; `class_names` are what the network knows.

    - In a layer with tuning curves, whose receptive fields are small: what the unit is tuned to.
    - Else the group of objects inside which it responds, where that is above chance (`Dissection.above`).
    - Else, but not in a layer with tuning curves, the predicted class, the label or the group whose images have a mean
      response above that of all others (`Profile.clear`).
    - Else nothing: what its strongest images happen to show is no name.
    """
    if layer.tuning.field and (words := short(layer.tuning, unit)):
        return UnitName(words, "tuning")
    if layer.dissection.groups and (group := layer.dissection.named(unit)):
        return UnitName(group, "dissection")
    return NAMELESS if layer.tuning.field else _by_response(layer, unit, class_names)


def _by_response(layer: LayerResults, unit: int, class_names: Sequence[str]) -> UnitName:
    stats = layer.stats
    profiles = ((stats.classes, class_names, "class"), (stats.labels, stats.labels.names, "label"))
    for profile, names, rule in (*profiles, (stats.groups, stats.groups.names, "group")):
        if found := _highest(profile, names, unit):
            return UnitName(found, rule)
    return NAMELESS


def _highest(profile: Profile, names: Sequence[str], unit: int) -> str:
    """The entry with the highest mean response, "" where it does not stand out."""
    return first_name(names[int(profile.ids[unit, 0])]) if profile.clear[unit, 0] else ""
