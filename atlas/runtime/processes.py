"""Worker processes with one thread each, which end with the process that started them."""

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
    """Running worker processes."""

    def __init__(self, executor: ProcessPoolExecutor) -> None:
        self._executor = executor

    def submit(self, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Let the next free worker call `work(state, *arguments)` with its own state."""
        return self._executor.submit(_work, work, arguments)


@contextmanager
def processes(workers: int, begin: Callable[..., object], arguments: tuple[Any, ...] = ()) -> Iterator[Workers]:
    """Start `workers` spawned processes; each calls `begin(*arguments)` first and keeps the result as its state.

    After an exception running jobs are completed and the others dropped. After an interruption (KeyboardInterrupt) the
    workers are killed, so they must write results atomically.
    """
    others = active_children()  # of the program that uses this library
    executor = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(os.getpid(), begin, arguments)
    )
    try:
        yield Workers(executor)
    except BaseException as error:
        if not isinstance(error, Exception):
            for worker in set(active_children()) - set(others):
                worker.kill()
        raise
    finally:
        executor.shutdown(cancel_futures=True)  # the executor's own `with` would complete all submitted jobs


def _begin(parent: int, begin: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    """Limit a worker to one thread (two workers of one thread are faster than one of two) and tie it to its parent."""
    for name in THREADS:  # for libraries that are loaded later
        os.environ[name] = "1"
    # For libraries that came with the main module: the last bits of a sum depend on the number of threads.
    threadpool_limits(1)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the parent decides
    current_process().__dict__["state"] = begin(*arguments)


def _work(work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    return work(current_process().__dict__["state"], *arguments)


def _follow(parent: int, sleep: Callable[[float], None] = time.sleep) -> None:
    while os.getppid() == parent:
        sleep(0.5)
    os._exit(1)
