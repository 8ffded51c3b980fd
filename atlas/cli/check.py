"""`atlas check`: is the store, and is the site, what was written? A line for each fault, with the next move."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import track

from atlas.core.errors import AtlasError, StoreError
from atlas.pipeline.store import Store
from atlas.publish.folder import MANIFEST, faults, recorded


def check(store: Path, site: Path) -> bool:
    """Print what is wrong with the entries of `store` and the files of `site`, those that exist; whether nothing is.

    Raises AtlasError where there is neither.
    """
    if not store.is_dir() and not (site / MANIFEST).is_file():
        raise AtlasError(f"There is no store at {store} and no site in {site}. Name them with --store and --site.")
    good = True
    if store.is_dir():
        entries = Store(store).digests()
        good = _told(f"{len(entries)} results in {store}", _entry_faults(Store(store), entries), len(entries))
    if (site / MANIFEST).is_file():
        count = len(recorded(site))
        good = _told(f"{count} files in {site}", faults(site), count) and good
    return good


def _entry_faults(store: Store, entries: list[str]) -> Iterator[str]:
    for digest in entries:
        try:
            store.get(digest)
        except StoreError as error:
            yield str(error)
        else:
            yield ""


def _told(what: str, found: Iterator[str], total: int) -> bool:
    """Print the faults as they are found, a bar on a terminal, and a closing line; whether there is none."""
    bar, count = Console(stderr=True), 0
    for fault in track(found, what, total=total, console=bar, transient=True, disable=not bar.is_terminal):
        if fault:
            count += 1
            print(fault, flush=True)
    print(f"{what}: {count or 'no'} fault{'' if count == 1 else 's'}", flush=True)
    return not count
