"""What tests share: the tiny recipe, built for real once a session, and its site."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from PIL import Image

from atlas.runtime.processes import THREADS

if "PYTEST_XDIST_WORKER" in os.environ:  # each core has a process of its own; set before torch and numba are loaded
    os.environ |= dict.fromkeys(THREADS, "1")

from atlas.core.results import AtlasResults
from atlas.pipeline.build import build
from atlas.pipeline.plan import Plan, make_plan
from atlas.pipeline.store import Store
from atlas.recipe.read import read_recipe
from tests.fixtures.kept import FOLDER


def _encoded_once() -> None:
    """Let this process encode the same picture as AVIF once: tests write the same site many times, nearly all of it this.

    Workers of a build are processes of their own and encode anew.
    """
    Image.init()
    encode, kept = Image.SAVE["AVIF"], dict[object, bytes]()

    def save(image: Any, file: Any, name: Any) -> None:
        key = (
            image.mode,
            image.size,
            hashlib.sha256(image.tobytes()).digest(),
            repr(sorted(image.encoderinfo.items())),
        )
        if key not in kept:
            encode(image, made := BytesIO(), name)
            kept[key] = made.getvalue()
        file.write(kept[key])

    Image.register_save("AVIF", save)


_encoded_once()


def pytest_configure(config: pytest.Config) -> None:
    """A folder for what is made once a run (`tests/kept.py`): the first process makes it before the others begin, and clears up after them."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = folder = tempfile.mkdtemp(prefix="atlas-tests-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


class Silent:
    """A build's progress, counted and not shown."""

    def __init__(self) -> None:
        self.jobs = self.finished = self.cached = 0

    def start(self, jobs: Any, cached: int) -> None:
        self.jobs, self.cached = len(jobs), cached

    def done(self, _job: Any) -> None:
        self.finished += 1


@dataclass(frozen=True)
class BuiltAtlas:
    """The tiny atlas: its plan, store and site."""

    plan: Plan
    store: Store
    site: Path

    def results(self) -> AtlasResults:
        from atlas.pipeline.results import read_results

        return read_results(self.plan, self.store)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltAtlas:
    """The tiny recipe with real weights and real probe images, through every stage; one for all test processes."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "atlas"
    plan, store = make_plan(read_recipe("tiny")), Store(folder / "store")
    with FileLock(f"{folder}.lock"):  # who comes second finds everything there
        build(plan, store, folder / "site", workers=os.cpu_count() or 1, progress=Silent(), say=lambda _text: None)
    return BuiltAtlas(plan, store, folder / "site")


@pytest.fixture(scope="session")
def built_site(built: BuiltAtlas) -> Path:
    """The folder of the tiny atlas' site."""
    return built.site


@pytest.fixture(scope="session")
def small_site() -> Path:
    """A site written from the small results of `tests.fixtures`, by the first process that asks: two networks, so that units have twins."""
    from atlas.publish.site import write
    from tests.fixtures.results import make_results

    out = Path(os.environ[FOLDER]) / "site"
    with FileLock(f"{out}.lock"):
        if not out.exists():
            write(make_results(), out)
    return out


@pytest.fixture(scope="session")
def site(small_site: Path) -> Path:
    """The same, for tests that need no other."""
    return small_site
