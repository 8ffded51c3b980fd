"""Locks between processes: one works on a folder at a time, and the others wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from atlas.core.errors import AtlasError


@contextmanager
def alone(folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Lock `folder`, which is made where it is missing, against other processes; nothing of the lock remains.

    If another process holds the lock, `waiting` is called once before this one waits. The system releases the lock of
    a killed process.

    Raises:
        AtlasError: the folder cannot be made or written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            waiting()
            lock.acquire()
    except OSError as error:
        raise AtlasError(f"Cannot write {folder}: {error.strerror}. Choose another folder with --out.") from error
    try:
        yield
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)  # while it is held: a process that waits then locks a new file
        lock.release()
