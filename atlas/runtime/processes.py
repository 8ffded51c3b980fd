"""Worker processes, one thread each, that do not outlive the process that started them."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, current_process, get_context
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

T = TypeVar("T")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Workers:
    """Worker processes that take jobs."""

    def __init__(self, executor: ProcessPoolExecutor) -> None:
        self._executor = executor

    def submit(self, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Let the next free worker call `work(state, *arguments)` with its state."""
        return self._executor.submit(_work, work, arguments)


@contextmanager
def pool(workers: int, begin: Callable[..., object], arguments: tuple[Any, ...] = ()) -> Iterator[Workers]:
    """`workers` spawned processes; each calls `begin(*arguments)` first and keeps what that returns as its state.

    After an error the jobs that run come to their end and the others are dropped. An interruption waits for none: what workers write,
    they write at once or not at all.
    """
    others = active_children()  # of whoever calls this library
    workshop = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(os.getpid(), begin, arguments)
    )
    try:
        yield Workers(workshop)
    except BaseException as error:
        if not isinstance(error, Exception):
            for worker in set(active_children()) - set(others):
                worker.kill()
        raise
    finally:
        workshop.shutdown(cancel_futures=True)  # not by the pool's own `with`, which drops none


def _begin(parent: int, begin: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    """One thread a worker (two workers with one thread beat one with two), and no life without the parent."""
    for name in THREADS:  # for libraries that are loaded from here on
        os.environ[name] = "1"
    threadpool_limits(1)  # for those that came with the main module: a sum's last bits depend on the number of threads
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the parent decides
    current_process().__dict__["state"] = begin(*arguments)


def _work(work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    return work(current_process().__dict__["state"], *arguments)


def _follow(parent: int, sleep: Callable[[float], None] = time.sleep) -> None:
    while os.getppid() == parent:
        sleep(0.5)
    os._exit(1)
