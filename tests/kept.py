"""What tests make once for all processes of a run: the first that asks makes it, the others read it."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

FOLDER = (
    "ATLAS_TESTS_KEPT"  # the environment variable that names the run's folder; without it each process makes its own
)
T = TypeVar("T")


def kept(make: Callable[[], T]) -> Callable[[], T]:
    """`make`, called once a run; what it makes can be pickled, and is not written to."""

    @cache
    @wraps(make)
    def found() -> T:
        if FOLDER not in os.environ:
            return make()
        file = Path(os.environ[FOLDER]) / f"{make.__name__}.pickle"
        with FileLock(f"{file}.lock"):
            if not file.exists():
                file.write_bytes(pickle.dumps(make()))
            return pickle.loads(file.read_bytes())

    return found
