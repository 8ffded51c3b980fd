"""The folder that a site is written into: whole files or none, and nothing left over from an older build."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from atlas.core.errors import AtlasError

MANIFEST = (
    "site-files.txt"  # every file that this folder owns; written first as a journal, so that nothing is forgotten
)
KEPT = "README.md"


class Folder:
    """Writes files atomically below `root`; `finish` removes those that an older build wrote and this one did not."""

    def __init__(self, root: Path) -> None:
        self.root, self._text = root, str(root)
        self.written: dict[str, int] = {}
        self._made: set[str] = set()
        try:
            root.mkdir(parents=True, exist_ok=True)
            self._old = set((root / MANIFEST).read_text().splitlines()) if (root / MANIFEST).is_file() else set()
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
        self.written[path] = len(data)

    def adopt(self, written: Mapping[str, int]) -> None:
        """Take over what another process wrote below the same root through its own Folder."""
        twice = self.written.keys() & written.keys()
        if twice:
            raise ValueError(f"{min(twice)} is written twice")
        self.written.update(written)

    def finish(self) -> int:
        """Remove files of older builds, then the folders that are empty; the number of files removed."""
        stale = sorted(path for path in self._old - set(self.written) if path and path != KEPT)
        removed = sum(self._remove(path) for path in stale)
        self._journal.close()
        part = self.root / f"{MANIFEST}.part"
        part.write_text("".join(f"{path}\n" for path in sorted(self.written)), encoding="utf-8")
        part.replace(self.root / MANIFEST)
        return removed

    def _place(self, path: str) -> str:
        folder = path.rpartition("/")[0]
        if folder not in self._made:
            if Path(path).is_absolute() or ".." in Path(path).parts:
                raise ValueError(f"{path} lies outside the site")
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            self._made.add(folder)
        return f"{self._text}/{path}"

    def _remove(self, path: str) -> bool:
        if Path(path).is_absolute() or ".." in Path(path).parts or not (self.root / path).is_file():
            return False
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
