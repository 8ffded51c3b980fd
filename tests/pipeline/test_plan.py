"""The plan: pure, in order, and its keys change with exactly what they should."""

from collections import Counter
from dataclasses import replace

import pytest

from atlas.chapters.generative.feature_extractor import EXTRACTOR
from atlas.chapters.generative.plan import STUDIES
from atlas.core.chapter import parts
from atlas.core.errors import ConfigError, ProbeError, UnknownName
from atlas.networks import NETWORKS
from atlas.networks.recurrent import RECURRENT
from atlas.pipeline.plan import make_plan
from atlas.pipeline.run import _functions, make_jobs
from atlas.pipeline.task import Task, steps
from atlas.recipe.read import read_recipe
from atlas.runtime.precision import native_autocast, native_precision


def plan(*settings, recipe="tiny"):
    return make_plan(read_recipe(recipe, settings))


def digests(made):
    return {f"{task.step}:{task.name}": task.digest for task in made.tasks}


def changed_steps(*settings):
    """The steps with a task whose key differs from the tiny recipe's."""
    before, after = digests(plan()), digests(plan(*settings))
    return {name.split(":")[0] for name, digest in after.items() if before.get(name) != digest}


def test_every_step_has_its_function_and_its_place_in_a_plan():
    own = {"tokens"}  # of own networks alone; their plan is in tests/chapters/recurrent/test_custom_tokens.py
    assert set(_functions()) == set(steps()) == {task.step for task in plan(recipe="default").tasks} | own


def test_tasks_come_after_what_they_need():
    seen: set[str] = set()
    for task in plan(recipe="default").tasks:
        assert {digest for role in task.needs.values() for digest in role} <= seen
        seen.add(task.digest)


def test_names_and_keys_are_unique():
    tasks = plan(recipe="default").tasks
    assert max(Counter(task.digest for task in tasks).values()) == 1
    assert len({(task.step, task.name) for task in tasks}) == len(tasks)


def test_the_same_recipe_has_the_same_keys():
    assert digests(plan()) == digests(plan())


def test_the_default_recipe_shows_at_least_600_units_with_a_picture():
    tasks = plan(recipe="default").tasks
    assert sum(task.step == "pictures" for task in tasks) >= 600


def test_the_full_recipe_has_a_picture_of_every_unit():
    made = plan("networks.0.icons=[]", recipe="full")
    units = sum(layer.units for network in made.recipe.networks for layer in network.spec.layers)
    assert sum(task.step == "pictures" for task in made.tasks) == units


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("title='Other'", set()),
        ("base_url='https://example.org/'", set()),
        ("pictures.steps=5", {"pictures", "icons"}),
        ("maps.min_dist=0.2", {"layouts", "maps", "icons", "latent_maps"}),
        ("maps.grid=7", {"maps", "icons"}),
        ("maps.icon_size=48", {"icons"}),
        ("examples=4", {"summaries", "example_positions", "examples", "example_relevances"}),
        ("relevance=0", set()),
    ],
)
def test_a_change_reaches_only_what_depends_on_it(setting, expected):
    assert changed_steps(setting) == expected


def test_another_seed_reaches_all_that_is_random():
    assert {"responses", "pictures", "layouts", "maps", "icons"} <= changed_steps("seed=1")
    assert not {"probes", "probe_set", "fields"} & changed_steps("seed=1")


def test_a_new_layer_leaves_the_others_as_they_are():
    before = digests(plan())
    after = digests(plan("networks.0.layers=['stem','block2a','block3b','logits']"))
    changed = ("fields", "example_", "examples", "network_dissections", "tunings", "paths", "typical_decisions")
    assert all(after[name] == digest for name, digest in before.items() if not name.startswith(changed))
    new = {name for name in after if name not in before}
    assert new and all("/block2a" in name for name in new)


def test_jobs_keep_batches_and_wait_for_what_is_missing():
    tasks = plan(recipe="default").tasks
    jobs = make_jobs(tasks, {task.digest: 2.0 for task in tasks})
    assert sum(len(job.tasks) for job in jobs) == len(tasks)
    for job in jobs:
        assert len({(task.step, task.group) for task in job.tasks}) == 1
        assert len(job.tasks) <= steps()[job.tasks[0].step].batch
        assert job.seconds == 2.0 * len(job.tasks)
        assert bool(job.waits) == any(task.needs for task in job.tasks)


def test_each_pair_of_networks_is_compared_once_and_one_network_with_none():
    made = plan(recipe="default")
    names = [network.name for network in made.recipe.networks]
    pairs = [frozenset(task.name.split("/")) for task in made.tasks if task.step == "matched_units"]
    assert len(pairs) == len(set(pairs)) == len(names) * (len(names) - 1) // 2
    assert not {"standardized_responses", "matched_units"} & {task.step for task in plan().tasks}


def test_another_network_compares_only_its_own_pairs_anew():
    two = "networks=[{name='alexnet-64',maps=[]},{name='zfnet-64',maps=[]}]"
    three = two.replace("]}]", "]},{name='vgg-64',maps=[]}]")
    before, after = digests(plan(two)), digests(plan(three))
    assert all(after[name] == digest for name, digest in before.items())
    assert {name for name in after if name not in before and name.startswith("matched_units:")} == {
        "matched_units:alexnet-64/vgg-64",
        "matched_units:zfnet-64/vgg-64",
    }


def test_an_unknown_layer_lists_those_there_are():
    with pytest.raises(UnknownName, match="Did you mean 'block3b'"):
        plan("networks.0.layers=['block3bb']")
    with pytest.raises(UnknownName, match="efficientnet-lite0"):
        plan("networks.0.name='efficientnet'")
    with pytest.raises(UnknownName, match="embedded"):
        plan("probes='embeded'")


def test_of_a_list_of_probe_sets_the_first_that_can_be_had_serves(tmp_path):
    """The recipe that is built, and so every key, names the set that serves, not the list."""
    said = []
    recipe = read_recipe("tiny", ["probes=['photographs:/nowhere/at/all', 'embedded', 'sprites']"])
    made = make_plan(recipe, say=said.append)
    assert made.recipe.probes.source == "embedded"
    assert [task.digest for task in made.tasks] == [task.digest for task in plan().tasks]
    assert len(said) == 1
    assert said[0].startswith("The probe set embedded is used instead of photographs:/nowhere/at/all. ")
    with pytest.raises(ProbeError, match="no such folder"):
        make_plan(read_recipe("tiny", ["probes='photographs:/nowhere/at/all'"]), say=said.append)
    with pytest.raises(ConfigError, match="probes"):
        read_recipe("tiny", ["probes=[]"])


def test_a_picture_is_no_larger_than_its_network_can_fill():
    made = plan(recipe="default")
    sides = {
        task.parameters["network"]: task.parameters["settings"]["size"]
        for task in made.tasks
        if task.step == "pictures"
    }
    assert sides["efficientnet-lite0"] == made.recipe.pictures.size == 128
    assert {side for name, side in sides.items() if name.endswith("-64")} == {96}


def test_what_the_processor_multiplies_is_part_of_the_keys_that_it_decides(monkeypatch):
    here = digests(plan())
    other = {"bfloat16": "float32", "float32": "bfloat16"}[native_precision("cpu")]
    for _, part in parts("plan"):
        if hasattr(part, "native_precision"):
            monkeypatch.setattr(part, "native_precision", lambda device: other)
    there = digests(plan())
    changed = {name.split(":")[0] for name, digest in there.items() if here[name] != digest}
    maps = {"decisions", "paths", "typical_decisions", "heat_maps", "interventions", "evaluations"}
    assert changed == {"pictures", "icons", *maps, *STUDIES} & {task.step for task in plan().tasks}


@pytest.mark.parametrize(("native", "wanted"), [("bfloat16", "bfloat16"), ("float32", "float32")])
def test_torch_is_never_asked_to_emulate_bfloat16(monkeypatch, native, wanted):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr("atlas.runtime.precision.native_precision", lambda device: native)
    with native_autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == getattr(torch, wanted)
    with native_autocast(enabled=False):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


def test_the_processor_is_asked_as_torch_asks_it():
    torch = pytest.importorskip("torch")
    assert (native_precision("cpu") == "bfloat16") == torch.cpu._is_avx512_bf16_supported()


def test_other_weights_of_the_judge_are_other_codes(monkeypatch):
    before, judge = digests(plan(recipe="default")), NETWORKS[EXTRACTOR]
    monkeypatch.setitem(NETWORKS._items, EXTRACTOR, replace(judge, weights=replace(judge.weights, sha256="ab" * 32)))
    changed = {name for name, digest in digests(plan(recipe="default")).items() if before[name] != digest}
    assert {name for name in changed if EXTRACTOR not in name} == {
        name for name in before if name.startswith(("codes:", "sprites:"))
    }


@pytest.mark.parametrize(
    ("recipe", "setting", "pages"),
    [("default", "", 110), ("full", "", 384), ("tiny", "", 40), ("tiny", "recurrent.cells=1000", 384)],
)
def test_the_recipe_says_how_many_cells_have_a_page(recipe, setting, pages):
    chapter = read_recipe(recipe, [setting] if setting else []).section("recurrent")
    assert chapter.paged(RECURRENT["char-lstm"]) == pages


FORMER = {  # names of steps in the keys of stored results, from before they were renamed
    "example_positions": "looks", "standardized_responses": "pools", "matched_units": "twins", "context_lengths": "reach",
    "expected_responses": "reactions", "state_maps": "statemaps", "cell_statistics": "profiles", "speech": "sounds",
    "samples": "generated", "latent_maps": "latents",
}  # fmt: skip


def test_a_renamed_step_finds_the_results_that_were_stored_under_its_former_name():
    assert {name: step.stored for name, step in steps().items() if step.stored} == FORMER
    for name in steps():
        assert Task(name, "x", {}, {}, "x").key.fields["step"] == FORMER.get(name, name)


def test_an_atlas_needs_no_image_network_but_some_network():
    alone = plan("networks=[]", "generative.generators=[]", "recurrent.networks=['char-rnn']")
    assert {task.step for task in alone.tasks} >= {"cells", "gates"}
    assert not {"responses", "matched_units", "heat_maps"} & {task.step for task in alone.tasks}
    with pytest.raises(ConfigError, match="names no network"):
        plan("networks=[]", "generative.generators=[]", "recurrent.networks=[]")


def test_icons_need_a_layer_with_a_map():
    with pytest.raises(UnknownName, match="no layer of efficientnet-lite0 with a map named 'block3b'"):
        plan("networks.0.maps=['logits']")
