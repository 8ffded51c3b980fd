"""The store: whole entries or none, nothing corrupt passes, keys see every field."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.core.errors import StoreError
from atlas.pipeline.store import Entry, Key, Store, canonical

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
fields = st.dictionaries(st.text(min_size=1), plain, min_size=1, max_size=5)
ENTRY = Entry({"values": np.arange(6, dtype=np.float32).reshape(2, 3)}, {"note": "α"})


@given(fields)
def test_key_does_not_depend_on_the_order_of_fields(value):
    assert Key(dict(reversed(value.items()))).digest == Key(value).digest


@given(fields, fields)
def test_different_fields_have_different_keys(one, other):
    assert (Key(one).digest == Key(other).digest) == (canonical(one) == canonical(other))


@given(fields, st.data())
def test_every_field_is_in_the_key(value, data):
    name = data.draw(st.sampled_from(sorted(value)))
    assert Key(value | {name: [value[name], "changed"]}).digest != Key(value).digest


def test_what_is_put_can_be_got(tmp_path):
    store, key = Store(tmp_path), Key({"a": 1})
    assert not store.has(key.digest)
    store.put(key, ENTRY, seconds=1.5)
    found = store.get(key.digest)
    assert store.has(key.digest)
    np.testing.assert_array_equal(found.arrays["values"], ENTRY.arrays["values"])
    assert found.facts == {"note": "α"}
    assert store.manifest(key.digest)["key"] == {"a": 1}


def test_a_second_writer_does_no_harm(tmp_path):
    store, key = Store(tmp_path), Key({"a": 1})
    store.put(key, ENTRY)
    before = (store.folder(key.digest) / "data.safetensors").read_bytes()
    store.put(key, ENTRY)
    assert (store.folder(key.digest) / "data.safetensors").read_bytes() == before
    assert not list(tmp_path.glob(".new-*"))


@pytest.mark.parametrize("harm", ["flip", "cut", "gone", "manifest"])
def test_a_corrupt_entry_is_an_error_that_names_its_folder(tmp_path, harm):
    store, key = Store(tmp_path), Key({"a": 1})
    store.put(key, ENTRY)
    data, manifest = (store.folder(key.digest) / name for name in ("data.safetensors", "manifest.json"))
    content = bytearray(data.read_bytes())
    if harm == "flip":
        content[-1] ^= 1
        data.write_bytes(content)
    elif harm == "cut":
        data.write_bytes(content[:-4])
    elif harm == "gone":
        data.unlink()
    else:
        manifest.write_text("{")
    with pytest.raises(StoreError, match=key.digest):
        store.get(key.digest)


def test_a_full_disk_is_an_error_with_the_way_out(tmp_path, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("atlas.pipeline.store._write_synced", full)
    store, key = Store(tmp_path), Key({"a": 1})
    with pytest.raises(StoreError, match=r"No space left on device.*free some space"):
        store.put(key, ENTRY)
    assert not store.has(key.digest)
    assert not list(tmp_path.glob(".new-*"))


def test_a_writer_killed_half_way_leaves_no_entry(tmp_path):
    script = textwrap.dedent("""
        import os, sys
        from pathlib import Path
        import numpy as np
        import atlas.pipeline.store as store
        synced = store._write_synced
        def die(path, data):
            synced(path, data)
            os.kill(os.getpid(), 9)
        store._write_synced = die
        store.Store(Path(sys.argv[1])).put(store.Key({"a": 1}), store.Entry({"v": np.zeros(3)}, {}))
    """)
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert done.returncode == -9
    store = Store(tmp_path)
    assert not store.has(Key({"a": 1}).digest)
    assert list(tmp_path.glob(".new-*"))
    store.put(Key({"a": 1}), ENTRY)
    assert store.get(Key({"a": 1}).digest).facts == ENTRY.facts


def test_old_leftovers_are_swept_and_young_ones_kept(tmp_path):
    import os
    import time

    old, young = tmp_path / ".new-old", tmp_path / ".new-young"
    old.mkdir()
    young.mkdir()
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    assert Store(tmp_path).sweep() == 1
    assert young.is_dir() and not old.exists()


def test_manifests_hold_nothing_of_this_machine(built):
    some = next(iter(built.store.root.glob("??/*/manifest.json")))
    assert str(Path.home()) not in json.dumps(json.loads(some.read_text()))
