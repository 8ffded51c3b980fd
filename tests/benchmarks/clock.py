"""Processor seconds of pieces of work, each after a warm-up; several pieces are timed in turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of one call (other work on the machine disturbs these less than wall time)."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def interleaved(*works: Callable[[], object], rounds: int = 5) -> list[float]:
    """Median seconds of pieces of work done in turn, after one warm-up of each."""
    for work in works:
        work()
    times = [[seconds(work) for work in works] for _ in range(rounds)]
    return [median(column) for column in zip(*times, strict=True)]
