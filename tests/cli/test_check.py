"""`atlas check` finds what is not as it was written, names it with the next move, and finds nothing else."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from atlas.cli.check import check
from atlas.core.errors import AtlasError
from atlas.pipeline.store import Entry, Key, Store
from atlas.publish.folder import MANIFEST, Folder, is_whole


@pytest.fixture
def places(tmp_path):
    """A store of three entries and a site of three files."""
    store = Store(tmp_path / "store")
    store.make()
    for number in range(3):
        store.put(Key({"step": "s", "number": number}), Entry({"a": np.arange(4.0)}, {"n": number}))
    with Folder(tmp_path / "site") as folder:
        for path in ("index.html", "a/index.html", "a/b c.js"):
            folder.write(path, path.encode())
        folder.finish()
    return store.root, tmp_path / "site"


def flipped(path, place=-1):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def told(places, capsys):
    """Whether all is well, and the lines of faults."""
    good = check(*places)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 2 and all(len(line) <= 400 for line in lines)
    return good, [line for line in lines if not line.endswith(("fault", "faults"))]


def test_what_was_written_has_no_fault(places, capsys):
    assert told(places, capsys) == (True, [])
    (places[1] / "mine.txt").write_text("not the atlas'")
    assert told(places, capsys) == (True, [])


def entry_of(places):
    return sorted(places[0].glob("??/*"))[1]


def facts_changed(entry):
    path = entry / "manifest.json"
    path.write_text(path.read_text().replace('"n": ', '"n": 7'))


def another_entry(entry):
    other = next(folder for folder in entry.parents[1].glob("??/*") if folder != entry)
    shutil.copytree(other, entry, dirs_exist_ok=True)


HARMS = {
    "a bit of the data": lambda entry: flipped(entry / "data.safetensors"),
    "a bit of the header": lambda entry: flipped(entry / "data.safetensors", 9),
    "a cut": lambda entry: (entry / "data.safetensors").write_bytes(b""),
    "no data": lambda entry: (entry / "data.safetensors").unlink(),
    "no manifest": lambda entry: (entry / "manifest.json").unlink(),
    "a list": lambda entry: (entry / "manifest.json").write_text("[]"),
    "a manifest cut short": lambda entry: (entry / "manifest.json").write_text('{"key"'),
    "a manifest without a digest": lambda entry: (entry / "manifest.json").write_text(
        json.dumps({k: v for k, v in json.loads((entry / "manifest.json").read_text()).items() if k != "sha256"})
    ),
    "another fact": facts_changed,
    "another entry": another_entry,
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS.keys())
def test_a_harmed_entry_is_named(places, capsys, harm):
    entry = entry_of(places)
    harm(entry)
    good, [fault] = told(places, capsys)
    assert not good and str(entry) in fault and "Delete that folder and run again" in fault


def test_changed_and_missing_files_of_a_site_are_named(places, capsys):
    site = places[1]
    flipped(site / "a/b c.js")
    (site / "a/index.html").unlink()
    good, faults = told(places, capsys)
    assert not good and len(faults) == 2
    assert any("b c.js is not what was written. Delete it and run" in fault for fault in faults)
    assert any("a/index.html cannot be read (No such file" in fault for fault in faults)
    (site / "a/b c.js").unlink()
    assert not is_whole(site)  # so that the next build writes it again, as the fault says


def test_a_site_whose_build_did_not_end_is_named(places, capsys):
    with Folder(places[1]) as folder:
        folder.write("late.html", b"late")
    good, [fault] = told(places, capsys)
    assert not good and "late.html has no digest: its build did not end" in fault


def test_the_record_is_one_that_other_tools_read(places):
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", MANIFEST], cwd=places[1], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"")


def test_neither_store_nor_site_is_an_error(tmp_path):
    with pytest.raises(AtlasError, match=r"no store at .* and no site in"):
        check(tmp_path / "store", tmp_path / "site")


def test_the_command_ends_with_1_for_a_fault(places):
    command = [sys.executable, "-m", "atlas", "check", "--store", str(places[0]), "--site", str(places[1])]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    flipped(places[1] / "index.html")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout.splitlines()[1].startswith(str(places[1] / "index.html"))
    assert done.stderr == ""
