"""Names of units, by what was measured of them: early units by their tuning, later ones by what they tell apart.

A unit that no measurement distinguishes has its number alone. Units of the class layer are the classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from atlas.core.groups import Profile
from atlas.core.results import LayerResults, UnitStats
from atlas.core.specs import Array, NetworkSpec
from atlas.core.tuning import QUANTITIES, ROUND, Tuning, hue_word, plain
from atlas.publish.words import first_name

RULES = ("class layer", "tuning", "class", "label", "group")  # by what a unit is named
SELECTIVE = 0.3  # least selectivity, at the lower end of its interval, of a class that gives a name
LIFT = 1.5  # least AUPRC over chance of a group that gives a name
SURE = {"orientation": 22.5, "hue": 45.0, "size": 1.0, "frequency": 1.0}  # widest half interval: degrees, octaves
WORDS = 2  # of a name by tuning


@dataclass(frozen=True)
class UnitName:
    """A short name in parts, such as "bars at 45°" and "blue hue", and the rule (one of RULES) that gave it."""

    words: tuple[str, ...]
    rule: str

    @property
    def text(self) -> str:
        return ", ".join(self.words)


def unit_name(network: NetworkSpec, layer: LayerResults, index: int, class_names: Sequence[str]) -> UnitName | None:
    """The name of a unit, None where it has only its number. This is the rule for every page, caption and index.

    A class logit is its class. A unit whose tuning was measured is named by what it is tuned to, never by classes. Any
    other is named by the predicted class, else the true label, else the group of labels that it is `selective` for;
    else by the group of objects that it responds inside of, LIFT times above chance.
    """
    if layer.spec.name == network.logits.name:
        return UnitName((first_name(class_names[index]),), "class layer")
    if layer.tuning.field:
        return _named("tuning", tuned_words(layer.tuning, index)[:WORDS])
    stats = layer.stats
    profiles = {
        "class": (stats.classes, class_names),
        "label": (stats.labels, stats.labels.names),
        "group": (stats.groups, stats.groups.names),
    }
    for rule, (profile, names) in profiles.items():
        if selective(profile, stats)[index, 0]:
            return UnitName((first_name(names[int(profile.ids[index, 0])]),), rule)
    return _named("group", _dissected(layer, index))


def _named(rule: str, words: Sequence[str]) -> UnitName | None:
    return UnitName(tuple(words), rule) if words else None


def _dissected(layer: LayerResults, index: int) -> list[str]:
    found = layer.dissection
    strong = found.above[index] and found.auprc[index] > LIFT * found.chance[index]
    return [found.named(index)] if strong else []


def selectivity(profile: Profile, stats: UnitStats) -> tuple[Array, Array]:
    """The selectivity of C units for the K classes of a profile, and half of its interval, both [C, K].

    Selectivity is (mean of the class - median) / (largest - median) of the images' responses: 0 where a class has the
    response of a common image, 1 where all of its images have the largest. -inf where a column has no class.
    """
    reach = np.maximum(stats.largest - stats.p50, 1e-9)[:, None]
    found = (profile.means - stats.p50[:, None]) / reach
    return np.where(profile.ids >= 0, found, -np.inf), np.where(profile.ids >= 0, profile.margins / reach, 0)


def selective(profile: Profile, stats: UnitStats) -> Array:
    """[C, K] bool: which classes pages name. They stand out from the rest (`Profile.clear`), and not a little."""
    found, margin = selectivity(profile, stats)
    out: Array = profile.clear & (found - margin > SELECTIVE)
    return out


def tuned_words(tuning: Tuning, index: int) -> list[str]:
    """What a unit is surely tuned to: orientation and hue first, then curvature, size and frequency."""
    return list(_tuned(tuning, index))


def _tuned(tuning: Tuning, index: int) -> Iterator[str]:
    value = {name: tuning.prefers(index, name) for name in QUANTITIES if _is_sure(tuning, index, name)}
    if (angle := value.get("orientation")) is not None:
        step = 180 / len(tuning.orientations)
        yield f"bars at {round(angle / step) * step % 180:.0f}°"
    if (hue := value.get("hue")) is not None:
        yield f"{hue_word(hue)} hue"
    if bend := value.get("curvature"):
        yield f"arcs of radius {plain(1 / bend)} px"
    if (size := value.get("size")) is not None and angle is None:  # as `traits`
        yield f"spots of {plain(size)} px"
    if (frequency := value.get("frequency")) is not None:
        yield f"{plain(frequency)} cycles/px"


def _is_sure(tuning: Tuning, index: int, quantity: str) -> bool:
    """Is a unit tuned to a quantity, inside the range of the stimuli, with an interval that is narrow enough?

    Curvature has no interval, since no nuisance value of its stimuli can be resampled.
    """
    value, column = tuning.prefers(index, quantity), QUANTITIES.index(quantity)
    if value is None or tuning.bound(index, quantity):
        return False
    if quantity not in SURE:
        return quantity == "curvature"
    low, high = float(tuning.low[index, column]), float(tuning.high[index, column])
    ends = (value - low, high - value) if quantity in ROUND else (np.log2(value / low), np.log2(high / value))
    return bool(max(ends) <= SURE[quantity])
