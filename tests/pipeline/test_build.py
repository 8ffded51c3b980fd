"""A real build of the tiny recipe: stopped and resumed, run twice, and two at once, it ends in the same bytes."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from atlas.core.errors import StoreError
from atlas.pipeline.build import build
from atlas.pipeline.plan import make_plan
from atlas.pipeline.run import pending, run
from atlas.pipeline.store import Store
from atlas.recipe.read import read_recipe
from tests.conftest import Silent

COMMAND = [sys.executable, "-m", "atlas", "build", "--recipe", "tiny"]
INTERRUPTED = "Interrupted. What was finished is kept; run the same command again to go on."
KILL, TERMINATE = subprocess.Popen.kill, subprocess.Popen.terminate


def site_bytes(site: Path) -> dict[str, str]:
    """Digest of every file; atlas.json without the seconds, which are measured, and their digest."""
    found = {}
    for path in sorted(site.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            if path.name == "atlas.json":
                facts = json.loads(data)
                facts.pop("seconds")
                data = json.dumps(facts, sort_keys=True).encode()
            if path.name == "site-files.txt":  # it holds the digest of all of atlas.json
                data = b"\n".join(line for line in data.splitlines() if not line.endswith(b"atlas.json"))
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


def ctrl_c(process: subprocess.Popen[bytes]) -> None:
    """As in a terminal: all processes of the group hear it."""
    os.killpg(process.pid, signal.SIGINT)


def entries(folder: Path) -> int:
    return sum(1 for _ in (folder / "store").glob("??/*/manifest.json"))


def stopped(folder: Path, least: int, stop: Callable[[subprocess.Popen[bytes]], None]) -> tuple[int, list[str]]:
    """Start a build and stop it when `least` results are stored. Its exit code and its words; its workers have left too."""
    process = start(folder)
    while entries(folder) < least and process.poll() is None:
        time.sleep(0.05)
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert workers
    stop(process)
    told = process.communicate()[0].decode().splitlines()
    deadline = time.monotonic() + 20
    while any(_alive(int(worker)) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not any(_alive(int(worker)) for worker in workers)
    return process.returncode, told


def test_stopped_at_any_moment_it_ends_in_the_same_bytes(built, tmp_path):
    assert stopped(tmp_path, 2, KILL)[0] == -signal.SIGKILL
    for least, stop in ((9, ctrl_c), (16, TERMINATE)):
        code, told = stopped(tmp_path, least, stop)
        assert (code, told[-2:]) == (130, ["", INTERRUPTED])
        assert not any("Traceback" in line or "Warning" in line for line in told)
    assert stopped(tmp_path, 30, KILL)[0] == -signal.SIGKILL
    kept = entries(tmp_path)
    assert 30 <= kept < len(built.plan.tasks)
    last = start(tmp_path)
    told = last.communicate()[0].decode()
    assert last.returncode == 0, told
    assert f"{len(built.plan.tasks) - kept} results to compute, {kept} in the store already" in told
    assert site_bytes(tmp_path / "site") == site_bytes(built.site)


def test_two_builds_at_once_do_no_harm(built, tmp_path):
    layers = '[{name="alexnet-64", layers=["conv1", "conv3"], pictures={"*"=2}, maps=["conv3"]}]'
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


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z" and os.getpgid(pid) >= 0
