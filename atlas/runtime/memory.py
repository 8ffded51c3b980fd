"""Allocator and garbage-collector settings."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable, Hashable
from functools import wraps
from typing import ParamSpec, TypeVar

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # glibc's malloc.h

P = ParamSpec("P")
T = TypeVar("T")


def set_up() -> None:
    """Set huge pages and the garbage collector; called before torch is loaded.

    Worker processes inherit the huge pages.
    """
    # torch then asks for huge pages, which makes a build a tenth faster
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    # A plan allocates many objects and frees none: garbage collection took a fifth of a build with nothing to compute.
    gc.set_threshold(100_000, 50, 50)


def keep_memory() -> bool:
    """Let glibc keep freed memory, since page faults took up to half of the time; False where there is no glibc."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # absent in musl
    return mallopt is not None and bool(mallopt(M_MMAP_MAX, 0)) and bool(mallopt(M_TRIM_THRESHOLD, -1))


def keep_last(key: Callable[P, Hashable]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let a pure function keep its last result, by the `key` of its arguments.

    Unlike `functools.lru_cache`, it drops the result before it computes the next: together they may not fit.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        kept: dict[Hashable, T] = {}

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            wanted = key(*args, **kwargs)
            if wanted not in kept:
                kept.clear()
                kept[wanted] = function(*args, **kwargs)
            return kept[wanted]

        return call

    return decorate
