"""Names of units: planted units have the name of what was measured of them, others none."""

from dataclasses import replace

import numpy as np
import pytest

from atlas.chapters.vision.unit_name import NAMELESS, RULES, UnitName, unit_name
from atlas.core.groups import Profile
from atlas.core.tuning import NO_TUNING, QUANTITIES, short
from tests.fixtures.results import make_results
from tests.fixtures.vision import CLASS_NAMES


@pytest.fixture(scope="module")
def layers():
    """A layer with tuning curves and one without."""
    early, late = (make_results().networks[0].load(name) for name in ("stem", "block3b"))
    return early, replace(late, tuning=NO_TUNING)


def profile(units, clear, index=1, names=()):
    """A profile in which entry `index` stands out for the units in `clear`."""
    ids = np.full((units, 1), index, np.int32)
    means = np.where(np.isin(np.arange(units), clear), 5.0, 1.0)[:, None]
    return Profile(ids, means, np.full((units, 1), 0.5), np.full((units, 1), 2.0), np.full((units, 1), 9), names)


def bare(layer):
    """The layer without anything that gives a name."""
    units = layer.spec.units
    none = profile(units, [], names=("a", "b"))
    silent = replace(layer.dissection, auprc=layer.dissection.chance - 0.01)
    stats = replace(layer.stats, classes=none, labels=none, groups=none)
    preferred = np.full((units, len(QUANTITIES)), np.nan, np.float32)
    tuning = replace(layer.tuning, preferred=preferred) if layer.tuning.field else layer.tuning
    return replace(layer, dissection=silent, stats=stats, tuning=tuning)


def prefers(layer, unit, **values):
    preferred = layer.tuning.preferred.copy()
    for quantity, value in values.items():
        preferred[unit, QUANTITIES.index(quantity)] = value
    return replace(layer, tuning=replace(layer.tuning, preferred=preferred))


def test_a_unit_of_which_nothing_was_found_has_no_name(layers):
    for layer in layers:
        assert {unit_name(bare(layer), unit, CLASS_NAMES) for unit in range(layer.spec.units)} == {NAMELESS}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"orientation": 44.6}, "bars at 45°"),
        ({"orientation": 179.7, "hue": 250}, "blue bars at 0°"),
        ({"size": 4.04}, "spots of 4 px"),
        ({"curvature": 0.1, "size": 4}, "arcs"),
        ({"hue": 60}, "orange"),
        ({"hue": 60, "frequency": 0.2}, "orange"),
        ({"frequency": 0.123}, "0.12 cycles per pixel"),
    ],
)
def test_an_early_unit_is_named_by_its_tuning_even_where_a_class_stands_out(layers, values, words):
    layer = prefers(bare(layers[0]), 3, **values)
    layer = replace(layer, stats=replace(layer.stats, classes=profile(layer.spec.units, [3, 4])))
    assert unit_name(layer, 3, CLASS_NAMES) == UnitName(words, "tuning")
    assert unit_name(layer, 4, CLASS_NAMES) == NAMELESS


def test_a_preference_for_the_last_stimulus_is_a_bound(layers):
    tuning = layers[0].tuning
    layer = prefers(bare(layers[0]), 0, frequency=tuning.frequencies[-1])
    assert short(layer.tuning, 0).startswith("≥ ")


def test_later_units_are_named_by_groups_above_chance_then_by_classes_labels_and_groups_that_stand_out(layers):
    layer = bare(layers[1])
    units, found = layer.spec.units, layer.dissection
    auprc = found.auprc.copy()
    auprc[0] = found.chance[0] + 0.1
    stats = replace(
        layer.stats,
        classes=profile(units, [0, 1]),
        labels=profile(units, [0, 1, 2], names=("x", "tabby")),
        groups=profile(units, [0, 1, 2, 3], names=("y", "mammal")),
    )
    layer = replace(layer, dissection=replace(found, auprc=auprc), stats=stats)
    names = [unit_name(layer, unit, CLASS_NAMES) for unit in range(5)]
    assert names[0] == UnitName(found.groups[int(found.group[0])], "dissection")
    assert names[1:] == [
        UnitName(CLASS_NAMES[1].partition(",")[0], "class"),
        UnitName("tabby", "label"),
        UnitName("mammal", "group"),
        NAMELESS,
    ]
    assert {name.rule for name in names} <= {*RULES, ""}
