"""The real pipeline, small: from a recipe over tasks and steps to the chapter's record; keys, bounds, selection."""

from dataclasses import replace

import numpy as np
import pytest

from atlas.chapters.heatmaps import plan as heat_plan
from atlas.chapters.heatmaps import results as heat_results
from atlas.chapters.heatmaps.recipe import chosen_methods, chosen_networks
from atlas.chapters.heatmaps.wall import row
from atlas.core.errors import ConfigError, UnknownName
from atlas.pipeline.plan import Plan, make_plan
from atlas.pipeline.run import run
from atlas.pipeline.store import Store
from atlas.recipe.read import read_recipe

SETTINGS = (
    'probes="embedded"',
    "limit=1",
    'heatmaps.networks=["alexnet-64"]',
    'heatmaps.methods=["gradient-x-input", "cam", "lrp-epsilon", "random-map"]',
    "heatmaps.images=3",
    "heatmaps.alone=1",
    "heatmaps.evaluated=4",
    "heatmaps.passes=20",
)


def recipe(*more):
    return read_recipe("default", [*SETTINGS, *more])


def own_tasks(plan):
    """The tasks of the chapter and what they need."""
    steps = {step.name for step in heat_plan.STEPS} | {"probes", "probe_set"}
    return tuple(task for task in plan.tasks if task.step in steps)


class Silent:
    def start(self, jobs, cached):
        pass

    def done(self, job):
        pass


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    plan, store = make_plan(recipe()), Store(tmp_path_factory.mktemp("store"))
    run(Plan(plan.recipe, own_tasks(plan)), store, workers=1, progress=Silent())
    return heat_results.read(plan, store)


def test_the_record_holds_the_recipes_networks_methods_and_images(record):
    assert [network.spec.name for network in record.networks] == ["alexnet-64"]
    assert record.methods == ("gradient-x-input", "lrp-epsilon", "cam", "random-map")
    assert len(record.images) == 3 == len(set(record.images)) and record.alone == 1
    assert any(mask is not None for mask in record.masks)


def test_maps_of_a_real_network_are_of_its_size_and_differ(record):
    [network] = record.networks
    maps = {name: network.load(name) for name in record.methods}
    assert "linear" in maps["cam"].reason or maps["cam"].reason
    side = network.spec.input_size
    for name in ("gradient-x-input", "lrp-epsilon", "random-map"):
        first, second = maps[name].targets
        assert first.maps.shape == (3, side, side) and second.maps.shape == (1, side, side)
        assert np.isfinite(first.maps).all() and first.scale.min() > 0
    assert maps["lrp-epsilon"].missed(0, 0) < 0.05
    found = row(record, network, 0, 0)
    assert [tile is None for tile in found.tiles] == [False, False, True, False]
    assert found.cells[2].reason and found.full >= 1


def test_decisions_are_consistent(record):
    decisions = record.networks[0].decisions
    assert (np.diff(decisions.logits, axis=1) <= 0).all()
    assert (decisions.probabilities.sum(1) <= 1 + 1e-5).all() and decisions.classes.max() < 60


def test_scores_are_there_for_each_method(record):
    scores = record.networks[0].scores
    assert scores.image_count("gradient-x-input") == 4
    assert scores.mark(chosen_methods(recipe())[2]).reason


def digests(*more, step="heat_maps"):
    return {task.name: task.digest for task in make_plan(recipe(*more)).tasks if task.step == step}


def test_the_key_of_a_map_holds_what_changes_it(monkeypatch):
    before = digests()
    assert digests("heatmaps.alone=2") != before
    assert digests("seed=1").keys() == before.keys() and not set(digests("seed=1").values()) & set(before.values())
    fewer = digests('heatmaps.methods=["cam", "random-map"]')
    assert {name: before[name] for name in fewer} == fewer  # other methods and networks change nothing
    assert digests('heatmaps.networks=["alexnet-64", "resnet-64"]')["alexnet-64/cam"] == before["alexnet-64/cam"]
    method = next(one for one in chosen_methods(recipe()) if one.name == "random-map")
    raised = replace(method, version=method.version + 1)
    assert heat_plan.described(raised) != heat_plan.described(method)


def test_patterns_choose_and_unknown_ones_are_told():
    patterns = recipe('heatmaps.networks=["*net-64"]', 'heatmaps.methods=["lrp-*"]')
    assert len(chosen_networks(patterns)) > 3
    assert all(method.name.startswith("lrp-") for method in chosen_methods(patterns))
    with pytest.raises(UnknownName, match="alexnet-65"):
        make_plan(recipe('heatmaps.networks=["alexnet-65"]'))
    with pytest.raises(UnknownName, match="sailency"):
        make_plan(recipe('heatmaps.methods=["sailency"]'))


@pytest.mark.parametrize("images", ["0", "65"])
def test_the_number_of_images_has_bounds(images):
    with pytest.raises(ConfigError, match="1 to 64"):
        make_plan(recipe(f"heatmaps.images={images}"))


@pytest.mark.parametrize("setting", ["heatmaps.networks=[]", "heatmaps.methods=[]"])
def test_without_networks_or_methods_there_is_no_chapter(setting):
    plan = make_plan(recipe(setting))
    assert not [task for task in plan.tasks if task.step in {step.name for step in heat_plan.STEPS}]
    assert heat_plan.subjects(plan.recipe) == [] and not heat_results.read(plan, Store(None)).networks


def test_explain_lists_what_pages_rest_on():
    plan = make_plan(recipe())
    every, one = heat_plan.behind(plan, "heatmaps"), heat_plan.behind(plan, "heatmaps/methods/cam")
    assert {task.step for task in every} == {step.name for step in heat_plan.STEPS}
    assert {task.name for task in one if task.step == "heat_maps"} == {"alexnet-64/cam"}
    with pytest.raises(UnknownName, match="sailency"):
        heat_plan.behind(plan, "heatmaps/methods/sailency")
