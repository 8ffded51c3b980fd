"""How long missing results are guessed to take: as their like took, else as the layer before, else as the step says."""

import pytest

from atlas.core.errors import StoreError
from atlas.pipeline.pace import guesses
from atlas.pipeline.plan import Plan
from atlas.pipeline.store import Entry, Store
from atlas.pipeline.task import Task, steps

OWN = steps()["pictures"].seconds


def picture(network, layer, unit):
    return Task(
        "pictures", f"{network}/{layer}/{unit}", {"unit": f"{network}/{layer}/{unit}"}, {}, f"{network}/{layer}"
    )


TASKS = [
    picture(network, layer, unit) for network in ("a", "b") for layer in ("one", "two", "three") for unit in (0, 1)
]


@pytest.fixture
def guessed(tmp_path):
    """From the seconds of stored pictures to the guesses of the others, by name."""
    store = Store(tmp_path / "store")
    store.make()

    def made(**seconds):
        stored = {name.replace("_", "/"): took for name, took in seconds.items()}
        for task in TASKS:
            if task.name in stored:
                store.put(task.key, Entry({}, {}), seconds=stored[task.name])
        missing = [task for task in TASKS if task.name not in stored]
        found = guesses(Plan(None, tuple(TASKS)), missing, store)
        assert list(found) == [task.digest for task in missing]
        return {task.name: found[task.digest] for task in missing}

    return made


def test_where_nothing_is_stored_the_step_says(guessed):
    assert set(guessed().values()) == {OWN}


def test_a_unit_takes_what_one_of_its_layer_took_even_a_later_one(guessed):
    found = guessed(a_two_1=3.0)
    assert found["a/two/0"] == 3.0
    assert found["a/one/0"] == OWN


def test_an_unknown_layer_takes_what_the_one_before_took_and_never_another_networks(guessed):
    found = guessed(a_one_0=1.0, a_two_0=2.0)
    assert (found["a/one/1"], found["a/two/1"]) == (1.0, 2.0)
    assert found["a/three/0"] == found["a/three/1"] == 2.0
    assert {found[name] for name in found if name.startswith("b/")} == {OWN}


def test_other_steps_say_nothing(tmp_path):
    store = Store(tmp_path)
    map_of = Task("layouts", "a/one", {}, {}, "a/one")
    store.put(map_of.key, Entry({}, {}), seconds=50.0)
    missing = [picture("a", "one", 0)]
    assert guesses(Plan(None, (map_of, *missing)), missing, store) == {missing[0].digest: OWN}


@pytest.mark.parametrize("text", ["{}", "", '{"seconds": "soon"}'])
def test_a_corrupt_entry_is_named(tmp_path, text):
    store = Store(tmp_path)
    kept, lost = TASKS[:2]
    store.put(kept.key, Entry({}, {}), seconds=1.0)
    (store.folder(kept.digest) / "manifest.json").write_text(text)
    with pytest.raises(StoreError, match=kept.digest):
        guesses(Plan(None, (kept, lost)), [lost], store)
