"""Memory: blocks that are kept, huge pages, and garbage that is seldom looked for."""

from __future__ import annotations

import ctypes
import gc
import os
import sys

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # glibc's malloc.h


def set_up() -> None:
    """What the command line asks for before anything is loaded; its worker processes inherit the huge pages."""
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # torch then asks for huge pages: a build takes a tenth less
    # A plan makes many objects and drops none: to look for garbage took a fifth of a build that finds all done.
    gc.set_threshold(100_000, 50, 50)


def keep_memory() -> bool:
    """Tell glibc to keep what is freed (page faults took up to half of the time); False where there is no glibc."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # absent in musl
    return mallopt is not None and bool(mallopt(M_MMAP_MAX, 0)) and bool(mallopt(M_TRIM_THRESHOLD, -1))
