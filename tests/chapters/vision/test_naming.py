"""Names of planted units: what a unit is tuned to, what it tells apart, else nothing but its number."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from atlas.chapters.vision.measured import measures
from atlas.chapters.vision.naming import SELECTIVE, selectivity, unit_name
from atlas.chapters.vision.pages.context import LayerContext
from atlas.core.groups import no_dissection
from atlas.core.results import LayerResults
from atlas.core.tuning import NO_TUNING, QUANTITIES
from atlas.publish.context import AtlasContext
from tests.fixtures.results import make_results
from tests.fixtures.vision import CLASS_NAMES


@pytest.fixture(scope="module")
def results():
    return make_results()


@pytest.fixture(scope="module")
def spec(results):
    return results.networks[0].spec


@pytest.fixture(scope="module")
def layer(results) -> LayerResults:
    """A layer whose units neither are tuned nor tell anything apart."""
    found = results.networks[0].load("block3b")
    stats = found.stats
    nothing = {name: _profile(getattr(stats, name), -np.inf) for name in ("classes", "labels", "groups")}
    return replace(found, tuning=NO_TUNING, stats=replace(stats, **nothing), dissection=no_dissection(found.spec.units))


def _profile(profile, selectivity_of_first, stats=None, margin=0.1):
    """`profile` with entries that stand out from the rest; the first has the given selectivity, 5 is its class."""
    ids = np.full_like(profile.ids, -1)
    if stats is None:
        return replace(profile, ids=ids)
    reach = stats.largest - stats.p50
    ids[:, 0] = len(profile.names) - 1 if profile.names else 5
    means = np.repeat((stats.p50 + selectivity_of_first * reach)[:, None], ids.shape[1], 1)
    margins = np.repeat((margin * reach)[:, None], ids.shape[1], 1)
    return replace(profile, ids=ids, means=means, margins=margins, rest=means - 2 * margins)


def _planted(layer, which, value, **more):
    profile = _profile(getattr(layer.stats, which), value, layer.stats, **more)
    return replace(layer, stats=replace(layer.stats, **{which: profile}))


def test_a_unit_that_nothing_distinguishes_has_only_its_number(spec, layer):
    assert unit_name(spec, layer, 3, CLASS_NAMES) is None


@pytest.mark.parametrize(
    ("which", "rule", "name"),
    [("classes", "class", "electric ray"), ("labels", "label", "fish"), ("groups", "group", "fruit")],
)
def test_a_selective_unit_is_named_by_what_it_tells_apart(spec, layer, which, rule, name):
    found = unit_name(spec, _planted(layer, which, SELECTIVE + 0.2), 3, CLASS_NAMES)
    assert (found.text, found.rule) == (name, rule)


@pytest.mark.parametrize(("value", "margin"), [(SELECTIVE - 0.05, 0.01), (SELECTIVE + 0.2, 0.25)])
def test_a_class_names_no_unit_that_is_hardly_or_not_surely_selective(spec, layer, value, margin):
    planted = _planted(layer, "classes", value, margin=margin)
    assert planted.stats.classes.clear[:, 0].all()  # it does stand out from the rest
    assert unit_name(spec, planted, 3, CLASS_NAMES) is None


def test_selectivity_is_0_at_the_median_and_1_at_the_largest(layer):
    found, margin = selectivity(_planted(layer, "classes", 1.0).stats.classes, layer.stats)
    assert found[:, 0] == pytest.approx(1) and margin[:, 0] == pytest.approx(0.1)
    assert np.all(np.isneginf(found[:, 1:]))  # columns without a class
    assert selectivity(_planted(layer, "classes", 0.0).stats.classes, layer.stats)[0][:, 0] == pytest.approx(
        0, abs=1e-6
    )


@pytest.mark.parametrize(("lift", "name"), [(0.9, None), (1.3, None), (2.0, "fruit")])
def test_a_group_of_objects_names_a_unit_that_responds_inside_it_well_above_chance(spec, layer, lift, name):
    units = layer.spec.units
    chance = np.full(units, 0.1, np.float32)
    found = replace(
        layer.dissection,
        group=np.ones(units, np.int16), auprc=lift * chance, chance=chance, groups=("bird", "fruit"),
    )  # fmt: skip
    named = unit_name(spec, replace(layer, dissection=found), 3, CLASS_NAMES)
    assert (named and named.text) == name


def _tuned(results, **values):
    """The fixture's early layer, its units tuned to the given values with narrow intervals and to nothing else."""
    tuning = results.networks[0].load("stem").tuning
    preferred = np.full_like(tuning.preferred, np.nan)
    for name, value in values.items():
        preferred[:, QUANTITIES.index(name)] = value
    return replace(tuning, preferred=preferred, low=preferred * 0.95, high=preferred * 1.05)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({}, None),
        ({"orientation": 44}, "bars at 45°"),
        ({"orientation": 178}, "bars at 0°"),  # it comes round
        ({"hue": 250}, "blue hue"),
        ({"orientation": 92, "hue": 60, "frequency": 0.2}, "bars at 90°, orange hue"),
        ({"curvature": 0.1}, "arcs of radius 10 px"),
        ({"size": 5}, "spots of 5 px"),
        ({"frequency": 0.2}, "0.2 cycles/px"),
    ],
)  # fmt: skip
def test_an_early_unit_is_named_by_its_tuning_never_by_a_class(results, spec, layer, values, name):
    planted = replace(_planted(layer, "classes", 0.9), tuning=_tuned(results, **values))
    found = unit_name(spec, planted, 3, CLASS_NAMES)
    assert (found and found.text) == name
    assert found is None or found.rule == "tuning"


def test_tuning_with_a_wide_interval_or_at_the_end_of_the_stimuli_gives_no_name(results, spec, layer):
    wide = _tuned(results, orientation=90)
    wide = replace(wide, high=wide.preferred + 40)
    end = _tuned(results, size=wide.sizes[-1])
    for tuning in (wide, end):
        assert unit_name(spec, replace(layer, tuning=tuning), 3, CLASS_NAMES) is None


def test_a_class_logit_is_its_class(results, spec):
    found = unit_name(spec, results.networks[0].load("logits"), 2, CLASS_NAMES)
    assert (found.text, found.rule) == ("great white shark", "class layer")


def test_pages_and_listing_use_the_same_names(results):
    network = results.networks[0]
    rows = {row["layer"]: row for row in measures(results) if row["network"] == network.spec.name}
    for name in network.layer_names:
        names = LayerContext(AtlasContext(results, Path()), network, network.load(name)).names
        for rule in ("tuning", "class", "label", "group", "class layer"):
            assert rows[name][f"named by {rule}"] == sum(bool(found) and found.rule == rule for found in names)
