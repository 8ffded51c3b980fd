"""A real build of the tiny recipe: killed and resumed, run twice, and two at once, it ends in the same bytes."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from atlas.build.atlas import build
from atlas.build.plan import make_plan
from atlas.build.run import pending, run
from atlas.build.store import Store
from atlas.config import read_recipe
from atlas.errors import StoreError
from tests.conftest import Silent

INTERRUPTED = "Interrupted. What was finished is kept; run the same command again to go on."
COMMAND = [sys.executable, "-m", "atlas", "build", "--recipe", "tiny"]


def site_bytes(site: Path) -> dict[str, str]:
    """Digest of every file; atlas.json without the seconds, which are measured."""
    found = {}
    for path in sorted(site.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            if path.name == "atlas.json":
                facts = json.loads(data)
                facts.pop("seconds")
                data = json.dumps(facts, sort_keys=True).encode()
            found[str(path.relative_to(site))] = hashlib.sha256(data).hexdigest()
    return found


def start(folder: Path, *settings: str) -> subprocess.Popen[bytes]:
    """In a process group of its own that hears Ctrl-C, as a terminal starts it."""
    command = [*COMMAND, "--store", str(folder / "store"), "--out", str(folder / "site"), *settings]
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen(command, **both, start_new_session=True, preexec_fn=hear)  # noqa: PLW1509


def hear() -> None:
    """Whoever was started in the background of a script does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def entries(folder: Path) -> int:
    return sum(1 for _ in (folder / "store").glob("??/*/manifest.json"))


def test_killed_at_any_moment_it_ends_in_the_same_bytes(built, tmp_path):
    for least in (2, 12, 30):
        process = start(tmp_path)
        while entries(tmp_path) < least and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    kept = entries(tmp_path)
    assert 30 <= kept < len(built.plan.tasks)
    time.sleep(1.5)  # orphaned workers see that their parent is gone and leave
    last = start(tmp_path)
    told = last.communicate()[0].decode()
    assert last.returncode == 0, told
    assert f"{len(built.plan.tasks) - kept} results to compute, {kept} in the store already" in told
    assert site_bytes(tmp_path / "site") == site_bytes(built.site)


def test_two_builds_at_once_do_no_harm(built, tmp_path):
    layers = '[{name="efficientnet-lite0", layers=["stem", "block3b"], pictures={"*"=2}, maps=["block3b"]}]'
    small = ["limit=1", f"networks={layers}", "recurrent.networks=[]", "generative.generators=[]"]
    both = [start(tmp_path, "--jobs=1", *(f"--set={setting}" for setting in small)) for _ in range(2)]
    told = [process.communicate()[0].decode() for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    alone = make_plan(read_recipe("tiny", small))
    build(alone, built.store, tmp_path / "alone", workers=1, progress=Silent(), say=lambda _text: None)
    assert site_bytes(tmp_path / "site") == site_bytes(tmp_path / "alone")


def test_a_second_build_does_nothing(built):
    progress = Silent()
    before = {path: path.stat().st_mtime_ns for path in built.site.rglob("*")}
    again = build(built.plan, built.store, built.site, workers=1, progress=progress, say=pytest.fail)
    assert (again.written, progress.jobs, progress.cached) == (False, 0, len(built.plan.tasks))
    assert {path: path.stat().st_mtime_ns for path in built.site.rglob("*")} == before


def test_a_corrupt_entry_stops_the_build_and_deleting_it_mends_it(built, tmp_path):
    import shutil

    store = Store(tmp_path / "store")
    shutil.copytree(built.store.root, store.root)
    broken = store.folder(built.plan.get("summaries", "efficientnet-lite0/stem").digest)  # what the lost entry needs
    (broken / "manifest.json").write_text("{}")
    lost = built.plan.get("examples", "efficientnet-lite0/stem").digest
    shutil.rmtree(store.folder(lost))
    with pytest.raises(StoreError, match=broken.name):
        run(built.plan, store, workers=1, progress=Silent())
    shutil.rmtree(broken)
    run(built.plan, store, workers=1, progress=Silent())
    assert pending(built.plan, store) == []


@pytest.mark.parametrize(
    ("stop", "code", "told"),
    [
        (lambda process: os.killpg(process.pid, signal.SIGINT), 130, ["", INTERRUPTED]),  # Ctrl-C in a terminal
        (lambda process: process.terminate(), 130, ["", INTERRUPTED]),
        (lambda process: process.kill(), -signal.SIGKILL, None),
    ],
    ids=["ctrl-c", "terminated", "killed"],
)
def test_workers_leave_with_the_parent(stop, code, told, tmp_path):
    process = start(tmp_path)
    while entries(tmp_path) < 2 and process.poll() is None:
        time.sleep(0.05)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert children
    stop(process)
    said = process.communicate()[0].decode().splitlines()
    assert process.returncode == code
    if told:
        assert said[-2:] == told
        assert not any("Traceback" in line or "Warning" in line for line in said)
    deadline = time.monotonic() + 20
    while any(_alive(int(child)) for child in children) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not any(_alive(int(child)) for child in children)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z" and os.getpgid(pid) >= 0
