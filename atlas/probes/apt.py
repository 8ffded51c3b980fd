"""Packages from a Debian archive by apt, which checks their signatures. They are downloaded, not installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from atlas.core.errors import ProbeError
from atlas.runtime.offline import offline

TIMEOUT = 900  # seconds
UNKNOWN = ("Unable to locate package", "Can't select candidate version", "No packages found")


def apt_download(packages: Sequence[str], folder: Path, *, way_out: str) -> list[Path]:
    """The `.deb` files of `packages` in `folder`, which is empty; ProbeError says why not and ends with `way_out`."""
    if offline():
        raise ProbeError(f"ATLAS_OFFLINE forbids to download {' and '.join(packages)}. {way_out}")
    if shutil.which("apt-get") is None:
        raise ProbeError(f"There is no apt-get on this machine to download {' and '.join(packages)} with. {way_out}")
    failure = _apt("download", *packages, folder=folder)
    if failure and any(words in failure for words in UNKNOWN) and os.geteuid() == 0:
        failure = _apt("update", folder=folder) or _apt("download", *packages, folder=folder)
    files = sorted(folder.glob("*.deb"))
    if failure or len(files) < len(packages):
        raise ProbeError(
            f"apt-get could not download {' and '.join(packages)} ({failure or 'no reason given'}). {way_out}"
        )
    return files


def _apt(command: str, *packages: str, folder: Path) -> str:
    """Run apt-get in `folder`; the last line of its complaint, or nothing where it succeeded."""
    sandbox = ("-o", "APT::Sandbox::User=root") if os.geteuid() == 0 else ()  # `folder` is closed to the user _apt
    words = ["apt-get", *sandbox, "-qq", command, *packages]
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return f"it took more than {TIMEOUT // 60} minutes"
    complaint = [line for line in done.stderr.splitlines() if line.strip()]
    return (complaint[-1] if complaint else f"exit status {done.returncode}") if done.returncode else ""
