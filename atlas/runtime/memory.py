"""Allocator and garbage-collector settings."""

from __future__ import annotations

import ctypes
import gc
import os
import sys

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # glibc's malloc.h


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
