"""Sentences of what was found: each says its number, and another sentence where the result is otherwise."""

from dataclasses import replace

import numpy as np
import pytest

from atlas.chapters.vision import findings
from atlas.chapters.vision.figures.diagnosis import measured, pair
from atlas.chapters.vision.findings import Counts
from atlas.core.tuning import NO_TUNING
from tests.fixtures.results import make_results, with_diagnosis


def layer(name="conv5", units=100, *, tuned=False, classes=False, grouped=0, **by):
    return Counts(name, units, {"class": 0, **by}, grouped, tuned, True, classes)


@pytest.fixture(scope="module")
def results():
    return make_results()


def test_a_layer_says_how_many_units_are_selective_and_whether_that_is_more_than_chance():
    many, few, none = (findings.named(layer(**{"class": some}), NO_TUNING) for some in (58, 6, 0))
    assert many.startswith("58 of 100 units (58\u202f%) are selective for a predicted class: at most 5\u202f% would")
    assert "not surely more" in few and "not surely more" not in many
    assert none.startswith("None of 100 units is")
    assert findings.named(layer(classes=True), NO_TUNING) == ""
    assert "Named otherwise are 2 by a true label" in findings.named(layer(label=2), NO_TUNING)


def test_an_early_layer_says_what_its_units_are_tuned_to(results):
    tuning = results.networks[0].load("stem").tuning
    said = findings.named(layer("stem", 32, tuned=True, tuning=20), tuning)
    assert said.startswith("20 of 32 units (62\u202f%) are surely tuned")
    assert f"{int(np.isfinite(tuning.preferred[:, 0]).sum())} to orientation" in said


@pytest.mark.parametrize(
    ("some", "said"), [(30, "30 of 100 units (30\u202f%) respond"), (1, "1 of 100 units (1\u202f%) responds")]
)
def test_groups_beyond_chance(results, some, said):
    dissection = results.networks[0].load("block3b").dissection
    found = findings.grouped(layer(grouped=some), dissection)
    assert found.startswith(said) and "1\u202f% would by chance" in found
    assert ("not surely more" in found) is (some == 1)


@pytest.mark.parametrize(
    ("purity", "said"),
    [(0.04, "does not sort images by predicted class:"), (0.2, "to some degree"), (0.7, "sorts images")],
)
def test_a_map_sorts_by_class_or_does_not(results, purity, said):
    layout = replace(results.networks[0].load("block3b").layout, purity=purity, purity_shuffled=0.03)
    found = findings.sorted_by_class(layout, "block3b")
    assert said in found and f"{round(100 * purity)}\u202f% of the 10" in found and "3\u202f% by chance" in found


@pytest.mark.parametrize(
    ("first", "last", "said"), [(1, 60, "rises"), (60, 1, "falls"), (10, 12, "does not change surely")]
)
def test_depth_compares_the_first_and_the_last_layer_with_their_intervals(first, last, said):
    layers = [
        layer("conv1", tuned=True), layer("conv2", grouped=first, **{"class": first}),
        layer("fc7", grouped=last, **{"class": last}), layer("logits", classes=True),
    ]  # fmt: skip
    share = f"{first}\u202f% of conv2, {last}\u202f% of fc7"
    assert f"for a class {said} with depth: {share}" in findings.depth(layers)
    assert f"a group of objects {said} with depth" in findings.objects(layers[1:])


def test_accuracy_by_kind_differs_only_where_the_intervals_do_not_meet(results):
    found = results.networks[1].accuracies
    kinds = {"photograph": "Whole photographs", "cut-out": "Cut-outs"}
    apart = found | {"photograph": replace(found["photograph"], top1=0.9, top1_interval=(0.8, 0.97))}
    assert "no more than chance allows: whole photographs 50" in findings.by_kind("Net", found, kinds)
    assert "depends on the kind of image: whole photographs 90\u202f% (80 to 97) and" in findings.by_kind(
        "Net", apart, kinds
    )


@pytest.mark.parametrize(("top1", "said"), [(0.9, "better"), (0.1, "worse"), (0.51, "no difference beyond")])
def test_a_network_beside_its_predecessor(results, top1, said):
    twin = results.networks[1]
    newer = replace(twin, card=replace(twin.card, top1=top1), parameters=2 * twin.parameters)
    found = findings.compared(newer, twin)
    assert (
        f"{100 * top1:.1f}\u202f%" in found
        and "50.0\u202f%" in found
        and said in found
        and "2.0 times the param" in found
    )
    assert findings.compared(newer, replace(twin, card=None)) == ""


def test_the_diagnosis_says_dead_filters_and_aliasing_as_they_were_measured():
    both = pair(with_diagnosis(make_results()))
    (one, first), (two, second) = both
    assert "has 2 of 8 filters dead" in measured(both) and "less aliasing" in measured(both)
    alive = [replace(found, positive=np.ones(8), spread=np.ones(8)) for found in (first, second)]
    none = measured(((one, alive[0]), (two, replace(alive[1], aliased=alive[0].aliased))))
    assert none.startswith("Neither network has dead filters here (0 of 8, 0 of 8)")
    assert "less aliasing" not in none and none.count("no difference beyond two standard errors") >= 1


def test_over_all_networks(results):
    rising = [layer("conv4", **{"class": 1}, grouped=30), layer("conv5", **{"class": 60}, grouped=2)]
    falling = [layer("conv4", **{"class": 60}, grouped=5), layer("conv5", **{"class": 1}, grouped=5)]
    found = findings.across({"A": rising, "B": falling})
    assert "with depth in 1 of 2 networks" in found and "do so in 0, and become rarer in 1" in found
    twin = results.networks[1]
    worse = replace(twin, spec=replace(twin.spec, title="Old"), card=replace(twin.card, top1=0.2))
    near = replace(twin, spec=replace(twin.spec, title="Near"), card=replace(twin.card, top1=0.49))
    said = findings.ranking([worse, near, twin])
    assert (
        f"{twin.spec.title} is the most accurate (50.0\u202f% top-1, not surely above Near), Old the least (20.0"
        in said
    )


@pytest.mark.parametrize(("last", "said"), [(0.4, "more by class: of"), (0.04, "no more by class: of")])
def test_first_and_last_maps(last, said):
    maps = [{"purity": share, "purity_shuffled": 0.02} for share in (0.05, 0.2, last)]
    found = findings.sorting([maps, maps[:1]])
    assert said in found and "neighbours 5\u202f% share" in found and f"{round(100 * last)}\u202f% in its last" in found
    assert findings.sorting([maps[:1]]) == ""
