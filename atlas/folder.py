"""The folder that a site is written into: whole files or none, and nothing left over from an older build."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from atlas.errors import AtlasError

MANIFEST = (
    "site-files.txt"  # every file that this folder owns; written first as a journal, so that nothing is forgotten
)
KEPT = "README.md"


class Folder:
    """Writes files atomically below `root`; `finish` removes those that an older build wrote and this one did not."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written: dict[str, int] = {}
        root.mkdir(parents=True, exist_ok=True)
        self._old = set((root / MANIFEST).read_text().splitlines()) if (root / MANIFEST).is_file() else set()
        self._made: set[Path] = set()
        self._journal = (root / MANIFEST).open("a", encoding="utf-8")

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._journal.close()

    def write(self, path: str, data: bytes) -> None:
        """Write one file; a path may be written once, and never outside the folder."""
        target = self._place(path)
        if path in self.written:
            raise ValueError(f"{path} is written twice")
        self.written[path] = len(data)
        if path not in self._old:
            self._journal.write(f"{path}\n")
            self._journal.flush()
        part = target.with_name(f"{target.name}.part")
        try:
            part.write_bytes(data)
            part.replace(target)
        except OSError as error:
            raise AtlasError(
                f"Cannot write {target}: {error.strerror}. Free some space or choose another folder."
            ) from None

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

    def _place(self, path: str) -> Path:
        target = self.root / path
        if target.parent not in self._made:
            if Path(path).is_absolute() or ".." in Path(path).parts:
                raise ValueError(f"{path} lies outside the site")
            target.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(target.parent)
        return target

    def _remove(self, path: str) -> bool:
        if Path(path).is_absolute() or ".." in Path(path).parts or not (self.root / path).is_file():
            return False
        (self.root / path).unlink()
        for parent in (self.root / path).relative_to(self.root).parents:
            if parent != Path() and not any((self.root / parent).iterdir()):
                (self.root / parent).rmdir()
        return True
