"""Worker processes, one thread each, that do not outlive the process that started them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from threadpoolctl import threadpool_limits

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def pool(
    workers: int, begin: Callable[..., None] | None = None, arguments: tuple[Any, ...] = ()
) -> ProcessPoolExecutor:
    """`workers` spawned processes; each calls `begin(*arguments)` first."""
    return ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(os.getpid(), begin, arguments)
    )


def _begin(parent: int, begin: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    """One thread a worker (two workers with one thread beat one with two), and no life without the parent."""
    for name in THREADS:  # for libraries that are loaded from here on
        os.environ[name] = "1"
    threadpool_limits(1)  # for those that came with the main module: a sum's last bits depend on the number of threads
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    if begin:
        begin(*arguments)


def _follow(parent: int, sleep: Callable[[float], None] = time.sleep) -> None:
    while os.getppid() == parent:
        sleep(0.5)
    os._exit(1)
