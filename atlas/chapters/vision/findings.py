"""What was found about a layer and a network, in sentences made from results; another result gives another sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.vision.naming import UnitName
from atlas.core.groups import Accuracy, Dissection
from atlas.core.results import Layout, NetworkResults
from atlas.core.tuning import QUANTITIES, Tuning
from atlas.methods.accuracy import wilson
from atlas.publish.words import count, listed, number, percent

GROUP_CHANCE = 0.01  # of units that would have a group by chance (`Dissection.above`)
CLASS_CHANCE = 0.05  # at most, of units that would be selective for a class (`Profile.clear`)
SURE = 2.0  # standard errors


@dataclass(frozen=True)
class Counts:
    """What the units of a layer are named by: `units`, those named by each rule, those with a group above chance.

    `tuned` says whether tuning was measured, `scored` whether groups of objects were, `classes` whether the units are
    the classes.
    """

    layer: str
    units: int
    by: Mapping[str, int]
    grouped: int
    tuned: bool
    scored: bool
    classes: bool

    @property
    def selective(self) -> int:
        """Units that are selective for a predicted class."""
        return self.by.get("class", 0)


def counts(layer: str, names: Sequence[UnitName | None], dissection: Dissection, tuning: Tuning) -> Counts:
    """The counts of a layer from the names of its units."""
    by = Counter(name.rule for name in names if name)
    scored, grouped = bool(dissection.groups), int(dissection.above.sum())
    return Counts(layer, len(names), by, grouped, bool(tuning.field), scored, bool(by["class layer"]))


def named(found: Counts, tuning: Tuning) -> str:
    """How many units of a layer have a name, and by what."""
    if found.classes or not found.units:
        return ""
    if found.tuned:
        units = _of(found.by.get("tuning", 0), found.units)
        return f"{units} surely tuned to a generated stimulus, with a narrow 95\u202f% interval.{_tuned(tuning)}"
    surely = "" if _surely(found.selective, found.units, CLASS_CHANCE) else ", and this is not surely more"
    more = listed([f"{found.by[rule]} by {words}" for rule, words in _RULES.items() if found.by.get(rule)])
    return (
        f"{_of(found.selective, found.units)} selective for a predicted class: at most {percent(CLASS_CHANCE)} would "
        f"be by chance{surely if found.selective else ''}.{f' Named otherwise are {more}.' if more else ''}"
    )


_RULES = {"label": "a true label", "group": "a group of objects"}


def _of(some: int, units: int, verbs: tuple[str, str] = ("is", "are")) -> str:
    """ "20 of 64 units (31 %) are", "1 of 64 units (2 %) is", "None of 64 units is"."""
    of, share = f"of {count(units, 'unit')}", percent(some / units)
    return f"{some:,} {of} ({share}) {verbs[some > 1]}" if some else f"None {of} {verbs[0]}"


def _surely(some: int, units: int, chance: float) -> bool:
    """Whether `some` of the units are more than chance gives, by SURE standard deviations of that number."""
    return some > units * chance + SURE * float(np.sqrt(units * chance * (1 - chance)))


def _tuned(tuning: Tuning) -> str:
    """How many units prefer some orientation, frequency, hue, size, the most frequent quantity first."""
    amounts = {name: int(np.isfinite(tuning.preferred[:, column]).sum()) for column, name in enumerate(QUANTITIES[:4])}
    some = sorted((item for item in amounts.items() if item[1]), key=lambda item: -item[1])
    return f" Tuned at all are {listed([f'{amount} to {name}' for name, amount in some])}." if some else ""


def grouped(found: Counts, dissection: Dissection) -> str:
    """How many units respond to a group of objects above chance, and the most frequent group."""
    if not found.scored or not found.units:
        return ""
    groups = Counter(dissection.groups[group] for group in dissection.group[dissection.above].tolist())
    most = f", most often to {groups.most_common(1)[0][0]} ({groups.most_common(1)[0][1]})" if groups else ""
    surely = "" if _surely(found.grouped, found.units, GROUP_CHANCE) else ", and this is not surely more"
    units = _of(found.grouped, found.units, ("responds", "respond"))
    return f"{units} to one group of objects beyond chance{most}; {percent(GROUP_CHANCE)} would by chance{surely}."


def sorted_by_class(layout: Layout | None, layer: str) -> str:
    """Whether the layer places images of one predicted class side by side."""
    if layout is None:
        return ""
    purity, chance = percent(layout.purity), percent(layout.purity_shuffled)
    clear, some = layout.purity > 0.5, layout.purity > 2 * layout.purity_shuffled
    verdict = "does not sort" if not some else "sorts"
    degree = " to some degree" if some and not clear else ""
    return (
        f"The map of {layer} {verdict} images by predicted class{degree}: {purity} of the 10 nearest neighbours share "
        f"it, {chance} by chance."
    )


def sorting(maps: Sequence[Sequence[Mapping[str, float]]]) -> str:
    """Whether the first and the last map of networks place images of one predicted class side by side; "" for none.

    `maps` are the qualities of each network's maps, from its first layer to its last.
    """
    ends = [(one[0], one[-1]) for one in maps if len(one) > 1]
    if not ends:
        return ""
    first, last = (float(np.median([pair[place]["purity"] for pair in ends])) for place in (0, 1))
    chance = float(np.median([pair[1]["purity_shuffled"] for pair in ends]))
    verdict = "Late layers sort images more by class" if last > first else "Late layers sort images no more by class"
    return (
        f"{verdict}: of the 10 nearest neighbours {percent(first)} share the predicted class in a network's first map, "
        f"{percent(last)} in its last, and {percent(chance)} by chance (medians over {count(len(ends), 'network')})."
    )


def depth(layers: Sequence[Counts]) -> str:
    """How the share of class-selective units changes over the layers whose tuning was not measured."""
    later = [layer for layer in layers if not layer.tuned and not layer.classes and layer.units]
    if len(later) < 2:
        return ""
    first, last = later[0], later[-1]
    change = _change((first.selective, first.units), (last.selective, last.units))
    most = max(later, key=lambda layer: layer.selective / layer.units)
    higher = _change((last.selective, last.units), (most.selective, most.units)) == "rises"
    peak = f", most in {most.layer} ({_share(most)})" if higher else ""
    return (
        f"The share of units that are selective for a class {change} with depth: {_share(first)} of {first.layer}, "
        f"{_share(last)} of {last.layer}{peak} (at most {percent(CLASS_CHANCE)} by chance)."
    )


def _share(layer: Counts) -> str:
    return percent(layer.selective / layer.units)


def _change(first: tuple[int, int], last: tuple[int, int]) -> str:
    """How a share changes, where the 95 % intervals do not overlap."""
    (low, high), (floor, top) = (wilson(some / units, units) for some, units in (first, last))
    return "rises" if floor > high else "falls" if top < low else "does not change surely"


def objects(layers: Sequence[Counts]) -> str:
    """How the share of units with a group of objects changes with depth."""
    scored = [layer for layer in layers if layer.scored and not layer.classes and layer.units]
    if len(scored) < 2:
        return ""
    first, last = scored[0], scored[-1]
    change = _change((first.grouped, first.units), (last.grouped, last.units))
    return (
        f"The share of units that respond to a group of objects {change} with depth: "
        f"{percent(first.grouped / first.units)} of {first.layer}, {percent(last.grouped / last.units)} of "
        f"{last.layer} ({percent(GROUP_CHANCE)} by chance)."
    )


def by_kind(title: str, accuracies: Mapping[str, Accuracy], kinds: Mapping[str, str]) -> str:
    """On which kind of probe images the network is the most and the least accurate, and whether that is sure."""
    ranked = sorted(accuracies.items(), key=lambda item: -item[1].top1)
    if len(ranked) < 2:
        return ""
    ends = ranked[0], ranked[-1]
    sure = ends[0][1].top1_interval[0] > ends[1][1].top1_interval[1]
    verdict = "depends on the kind of image" if sure else "differs by kind of image no more than chance allows"
    shares = listed([f"{kinds[kind].lower()} {percent(found.top1)} ({_ends(found)})" for kind, found in ends])
    return f"Top-1 accuracy of {title} on the probe images {verdict}: {shares} (95\u202f% intervals)."


def _ends(found: Accuracy) -> str:
    return " to ".join(f"{100 * end:.0f}" for end in found.top1_interval)


def compared(network: NetworkResults, before: NetworkResults) -> str:
    """Accuracy and cost beside the network that its paper improves on, both trained here on the same images."""
    card, other = network.card, before.card
    if card is None or other is None or network.spec.labels != before.spec.labels:
        return ""
    gap, sure = card.top1 - other.top1, SURE * float(np.hypot(card.error(card.top1), other.error(other.top1)))
    verdict = "no difference beyond two standard errors" if abs(gap) <= sure else "better" if gap > 0 else "worse"
    weights = number(network.parameters / before.parameters, 2)
    work = number(network.structure.multiply_adds / before.structure.multiply_adds, 2)
    return (
        f"Trained here on the same images, {network.spec.title} has a top-1 accuracy of {_points(card.top1)}, "
        f"{before.spec.title} {_points(other.top1)}: {verdict}, with {weights} times the parameters and {work} times "
        "the multiply-adds."
    )


def _points(share: float) -> str:
    return f"{100 * share:.1f}\u202f%"


def across(networks: Mapping[str, Sequence[Counts]]) -> str:
    """In how many networks, by title, class-selective units become more frequent with depth, and units with a group."""
    classes, groups = Counter[str](), Counter[str]()
    for layers in networks.values():
        later = [layer for layer in layers if not layer.tuned and not layer.classes and layer.units]
        scored = [layer for layer in layers if layer.scored and not layer.classes and layer.units]
        if len(later) > 1 and len(scored) > 1:
            classes[_change(*((layer.selective, layer.units) for layer in (later[0], later[-1])))] += 1
            groups[_change(*((layer.grouped, layer.units) for layer in (scored[0], scored[-1])))] += 1
    total = classes.total()
    if total < 2:
        return ""
    return (
        f"Units that are selective for a class become more frequent with depth in {classes['rises']} of {total} "
        f"networks; units that respond to a group of objects inside its masks do so in {groups['rises']}, and become "
        f"rarer in {groups['falls']}."
    )


def ranking(networks: Sequence[NetworkResults]) -> str:
    """The most and the least accurate of the networks that were trained here on the same images."""
    cards = sorted(((one.card.top1, one) for one in networks if one.card), key=lambda item: -item[0])
    if len(cards) < 2:
        return ""
    (high, best), (low, worst) = cards[0], cards[-1]
    error = best.card.error(high) if best.card else 0.0
    near = [one.spec.title for top1, one in cards[1:] if high - top1 <= SURE * np.hypot(error, one.card.error(top1))]  # type: ignore[union-attr]
    equal = f", not surely above {listed(near)}" if near else ""
    return (
        f"Of {count(len(cards), 'network')} trained here on the same images, {best.spec.title} is the most accurate "
        f"({_points(high)} top-1{equal}), {worst.spec.title} the least ({_points(low)})."
    )
