"""Entries that were harmed are found by their digests, whatever was harmed; a shared store can be shared."""

import json
import shutil
import stat
import threading
import time

import numpy as np
import pytest

from atlas.core.errors import StoreError
from atlas.pipeline.store import Entry, Key, Store

KEY, OTHER = Key({"a": 1}), Key({"a": 2})
FACTS = {"share": 0.25, "names": ["x", "y"], "by_number": {1: "one"}, "unknown": float("nan"), "pair": (1, 2)}


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    store.put(KEY, Entry({"v": np.arange(3)}, FACTS))
    store.put(OTHER, Entry({"v": np.arange(4)}, {"share": 0.5}))
    return store


def manifest_of(store, key):
    return store.folder(key.digest) / "manifest.json"


def test_an_entry_is_read_as_it_was_written(store):
    facts = store.get(KEY.digest).facts
    assert facts["share"] == 0.25 and facts["by_number"] == {"1": "one"} and facts["pair"] == [1, 2]


def test_a_changed_fact_is_found(store):
    file = manifest_of(store, KEY)
    file.write_text(file.read_text().replace("0.25", "0.26"))
    with pytest.raises(StoreError, match="its facts do not match"):
        store.get(KEY.digest)


def test_another_entry_in_its_place_is_found(store):
    shutil.copytree(store.folder(OTHER.digest), store.folder(KEY.digest), dirs_exist_ok=True)
    with pytest.raises(StoreError, match="its key is that of another entry"):
        store.get(KEY.digest)


@pytest.mark.parametrize("content", ["[]", "null", "3", "{}", '{"key": []}'])
def test_a_manifest_of_another_kind_names_its_entry(store, content):
    manifest_of(store, KEY).write_text(content)
    with pytest.raises(StoreError, match=KEY.digest):
        store.get(KEY.digest)


def test_an_entry_from_before_facts_had_a_digest_is_read(store):
    file = manifest_of(store, KEY)
    old = json.loads(file.read_text())
    del old["facts_sha256"]
    file.write_text(json.dumps(old))
    assert store.get(KEY.digest).facts["share"] == 0.25


def test_others_may_read_what_the_user_lets_them_read(store, tmp_path):
    plain = tmp_path / "plain"
    plain.mkdir()
    assert stat.S_IMODE(store.folder(KEY.digest).stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_sweeping_while_others_write(tmp_path):
    store, failed, ended = Store(tmp_path), [], threading.Event()

    def write():
        for number in range(150):
            store.put(Key({"n": number}), Entry({"v": np.zeros(1)}, {}))
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    begin = time.monotonic()
    while not ended.is_set() and time.monotonic() - begin < 60:
        try:
            store.sweep()
        except OSError as error:
            failed.append(error)
    writer.join()
    assert not failed
