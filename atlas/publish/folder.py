"""The folder that a site is written into: whole files or none, and nothing left over from an older build."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType

from atlas.core.errors import AtlasError

MANIFEST = "site-files.txt"
"""Every file that this folder owns: while it is written a path a line, as a journal, so that nothing is forgotten;
then with digests, as `sha256sum --check` reads them."""
KEPT = "README.md"


def is_whole(root: Path) -> bool:
    """Whether every file that a build wrote into the folder is there."""
    try:
        listed = recorded(root)
    except OSError:
        return False
    # Paths are text here, because there are 30,000 files.
    return bool(listed) and all(os.path.isfile(f"{root}/{path}") for path in listed)  # noqa: PTH113


def recorded(root: Path) -> dict[str, str]:
    """The files that a build wrote into the folder, by path, each with its SHA-256, "" in a journal; OSError."""
    lines = (root / MANIFEST).read_text(encoding="utf-8").splitlines()
    matches = (re.fullmatch(r"(?:([0-9a-f]{64})  )?(.+)", line) for line in lines)
    return {match[2]: match[1] or "" for match in matches if match}


def faults(root: Path) -> Iterator[str]:
    """For each recorded file of a site "", or what is wrong and the next move; AtlasError without a record."""
    try:
        listed = recorded(root)
    except OSError:
        raise AtlasError(f"{root} has no {MANIFEST}: no build wrote it. Name a site's folder with --site.") from None
    for path, digest in listed.items():
        yield _fault(root / path, digest)


def _fault(file: Path, digest: str) -> str:
    if not digest:
        return f"{file} has no digest: its build did not end. Run the same `atlas build` again."
    try:
        found = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        return f"{file} cannot be read ({error.strerror}). Run the same `atlas build` again."
    if found != digest:
        return f"{file} is not what was written. Delete it and run the same `atlas build` again."
    return ""


class Folder:
    """Writes files atomically below `root`; `finish` removes those that an older build wrote and this one did not.

    Nothing outside the folder is written or removed, not through a link either, and no other file is overwritten:
    AtlasError for a folder that has an `index.html` and no list of the files that the atlas wrote.
    """

    def __init__(self, root: Path) -> None:
        self.root, self._text = root, str(root)
        self.written: dict[str, int] = {}  # bytes of each file
        self.digests: dict[str, str] = {}  # their SHA-256
        self._made: set[str] = set()
        try:
            root.mkdir(parents=True, exist_ok=True)
            self._real = root.resolve()
            listed = recorded(root) if (root / MANIFEST).is_file() else None
            if listed is None and (root / "index.html").exists():
                raise AtlasError(
                    f"{root} holds an index.html that no atlas wrote. Name an empty folder with --out, or delete the "
                    "file."
                )
            self._old = set(listed or ())
            self._journal = (root / MANIFEST).open("a", encoding="utf-8")
        except OSError as error:
            raise _refused(root, error) from None

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._journal.close()

    def write(self, path: str, data: bytes) -> None:
        """Write one file; a path may be written once, and never outside the folder."""
        if path in self.written:
            raise ValueError(f"{path} is written twice")
        try:
            target = self._place(path)
            part = f"{target}.part"  # text, not Path: there are tens of thousands of files
            if path not in self._old:
                self._journal.write(f"{path}\n")
                self._journal.flush()
            with open(part, "wb") as file:  # noqa: PTH123
                file.write(data)
            os.replace(part, target)  # noqa: PTH105
        except OSError as error:
            raise _refused(self.root / path, error) from None
        self.written[path], self.digests[path] = len(data), hashlib.sha256(data).hexdigest()

    def adopt(self, written: Mapping[str, int], digests: Mapping[str, str]) -> None:
        """Take over what another process wrote below the same root through its own Folder."""
        twice = self.written.keys() & written.keys()
        if twice:
            raise ValueError(f"{min(twice)} is written twice")
        self.written.update(written)
        self.digests.update(digests)

    def forget(self, path: str) -> None:
        """Remove a file that an older build wrote, at once."""
        if path in self._old:
            self._remove(path)

    def finish(self) -> int:
        """Remove files of older builds, then the folders that are empty; the number of files removed."""
        stale = sorted(path for path in self._old - set(self.written) if path and path != KEPT)
        removed = sum(self._remove(path) for path in stale)
        self._journal.close()
        part = self.root / f"{MANIFEST}.part"
        part.write_text("".join(f"{self.digests[path]}  {path}\n" for path in sorted(self.written)), encoding="utf-8")
        part.replace(self.root / MANIFEST)
        return removed

    def _place(self, path: str) -> str:
        folder = path.rpartition("/")[0]
        if folder not in self._made:
            if Path(path).is_absolute() or ".." in Path(path).parts:
                raise ValueError(f"{path} lies outside the site")
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            if not (self.root / folder).resolve().is_relative_to(self._real):
                raise AtlasError(f"{self.root / folder} is a link that leads out of the site. Remove it and run again.")
            self._made.add(folder)
        return f"{self._text}/{path}"

    def _remove(self, path: str) -> bool:
        if Path(path).is_absolute() or ".." in Path(path).parts or not (self.root / path).is_file():
            return False
        if not (self.root / path).parent.resolve().is_relative_to(self._real):
            return False  # behind a link: not ours
        (self.root / path).unlink()
        for parent in (self.root / path).relative_to(self.root).parents:
            if parent != Path() and not any((self.root / parent).iterdir()):
                (self.root / parent).rmdir()
        return True


def _refused(place: Path, error: OSError) -> AtlasError:
    return AtlasError(
        f"Cannot write {place}: {error.strerror}. Free some space or choose another folder with --out; the results are "
        "kept, so the same command only writes the site again."
    )
