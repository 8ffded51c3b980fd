"""`make faults`: a small atlas is killed, raced, starved and harmed at random; after each the same bytes must come out.

Minutes to hours, by the counts; no part of the test suite. Every fault is drawn from `--seed`.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

SMALL = (
    "networks=[{name='alexnet-64', layers=['conv1', 'logits'], pictures={'*'=0}, maps=[]}]",
    "limit=1",
    "recurrent.networks=[]",
    "generative.generators=[]",
    "heatmaps.networks=[]",
)
TREE = dict[str, bytes]


def command(work: Path, *more: str) -> list[str]:
    settings = [part for setting in SMALL for part in ("--set", setting)]
    places = ["--store", str(work / "store"), "--out", str(work / "site")]
    return [sys.executable, "-m", "atlas", "build", "--recipe", "tiny", "--jobs", "1", *places, *settings, *more]


def build(work: Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(work), capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


def tree(site: Path) -> TREE:
    """The files of a site; its record of seconds, which no second computation repeats, is left out."""
    files = (path for path in site.rglob("*") if path.is_file())
    found = {path.relative_to(site).as_posix(): path.read_bytes() for path in files}
    return {path: data for path, data in found.items() if path not in ("atlas.json", "site-files.txt")}


def ends_well(work: Path, wanted: TREE) -> str:
    """ "" where a plain build brings the wanted site, else what is wrong."""
    done = build(work)
    if done.returncode:
        return f"build: {done.stderr.strip()[-200:]}"
    return "" if tree(work / "site") == wanted else "other bytes"


def fails_clearly(done: subprocess.CompletedProcess[str]) -> str:
    """ "" where a build that cannot end well says so in a line."""
    if done.returncode and "Traceback" not in done.stderr and "error: " in done.stderr:
        return ""
    return f"rc {done.returncode}: {done.stderr.strip()[-200:]}"


def killed(work: Path, wanted: TREE, chance: random.Random) -> str:
    """kill -9 of the whole group at a random moment."""
    with subprocess.Popen(
        command(work), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        time.sleep(chance.uniform(1, 25))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return ends_well(work, wanted)


def raced(work: Path, wanted: TREE, _: random.Random) -> str:
    """Two builds of the same store and site at once."""
    both = [subprocess.Popen(command(work), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
    wrong = [process.returncode for process in both if process.communicate() and process.returncode]
    return f"return codes {wrong}" if wrong else ends_well(work, wanted)


def starved(work: Path, wanted: TREE, chance: random.Random) -> str:
    """Files may not grow beyond a random limit, as on a full disk; then they may again."""
    limit = chance.choice((0, 512, 20_000))

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

    done = build(work, preexec_fn=limited)
    return fails_clearly(done) or ends_well(work, wanted)


def locked(work: Path, wanted: TREE, chance: random.Random) -> str:
    """Store or site is a file, or (not for root, who may write everywhere) read-only."""
    place = work / chance.choice(("store", "site"))
    if os.geteuid():
        place.mkdir()
        place.chmod(0o500)
    else:
        place.write_text("in the way")
    said = fails_clearly(build(work))
    if place.is_dir():
        place.chmod(0o700)
    else:
        place.unlink()
    return said or ends_well(work, wanted)


def flipped(work: Path, wanted: TREE, chance: random.Random, step: str, name: str) -> str:
    """A bit of an entry of one kind: `atlas check` names it and its deletion heals it, or it changes no page."""
    entry = chance.choice(entries(work)[step])
    data = bytearray((entry / name).read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    (entry / name).write_bytes(data)
    places = ["--store", str(work / "store"), "--site", str(work / "site")]
    checked = subprocess.run(
        [sys.executable, "-m", "atlas", "check", *places], capture_output=True, text=True, check=False
    )
    if "Traceback" in checked.stderr or (checked.returncode == 0) == (str(entry) in checked.stdout):
        return f"check: rc {checked.returncode}, {checked.stderr[-200:]}"
    shutil.rmtree(work / "site")
    if checked.returncode == 1:
        shutil.rmtree(entry)  # else the bit is in what no page shows, such as the seconds: the bytes must be the same
    return ends_well(work, wanted)


def entries(work: Path) -> dict[str, list[Path]]:
    """The folders of entries, by step."""
    import json

    found: dict[str, list[Path]] = {}
    for manifest in sorted((work / "store").glob("??/*/manifest.json")):
        found.setdefault(json.loads(manifest.read_text())["key"]["step"], []).append(manifest.parent)
    return found


Fault = Callable[[Path, TREE, random.Random], str]


def table(kinds: dict[str, tuple[Fault, int, bool]], whole: Path, chance: random.Random) -> int:
    """Do each kind as often as it says, print a row each, and return how many went wrong."""
    wanted, wrong = tree(whole / "site"), 0
    print(f"{'fault':<40} {'tried':>6} {'right':>6}  first that went wrong", flush=True)
    for name, (fault, count, filled) in kinds.items():
        said = []
        for _ in range(count):
            with tempfile.TemporaryDirectory() as folder:
                work = Path(folder) / "work"
                shutil.copytree(whole, work) if filled else work.mkdir()
                said.append(fault(work, wanted, chance))
        bad = [one for one in said if one]
        wrong += len(bad)
        print(f"{name:<40} {count:>6} {count - len(bad):>6}  {bad[0] if bad else ''}", flush=True)
    return wrong


def main() -> None:
    """Build once, then do what the counts say; exit code 1 where anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    for name, count in (("kills", 12), ("races", 3), ("full", 6), ("locked", 4), ("flips", 1)):
        parser.add_argument(f"--{name}", type=int, default=count, help=f"[{count}]")
    parser.add_argument("--seed", type=int, default=0, help="of all that is random [0]")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder)
        first = build(whole)
        if first.returncode:
            sys.exit(f"The build without a fault does not end well: {first.stderr}")
        kinds: dict[str, tuple[Fault, int, bool]] = {
            "kill -9": (killed, asked.kills, False),
            "side by side": (raced, asked.races, False),
            "full disk": (starved, asked.full, False),
            "locked folder": (locked, asked.locked, False),
        }
        for step in entries(whole):
            for file in ("data.safetensors", "manifest.json"):
                kinds[f"flipped bit: {step} {file}"] = (partial(flipped, step=step, name=file), asked.flips, True)
        sys.exit(1 if table(kinds, whole, random.Random(asked.seed)) else 0)


if __name__ == "__main__":
    main()
