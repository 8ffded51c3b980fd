"""`atlas.lock` beside the recipe: digests of published weight files as first found ("trust on first use")."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from atlas.core.errors import ConfigError
from atlas.core.sources import HubFile, UrlFile, WeightSource

HEADER = (
    "# Written by `atlas build`: weight files as they were first found, and checked from then on. "
    "Keep it with the recipe.\n"
)


@dataclass(frozen=True)
class Lock:
    """One published file as it was first found. `revision` is the repository's commit, empty for a plain address."""

    sha256: str
    revision: str = ""


def name_of(source: HubFile | UrlFile) -> str:
    """The name of a published file in the lock: its full address."""
    return source.url if isinstance(source, UrlFile) else f"{source.source}/{source.file}"


def pinned(source: WeightSource, lock: Lock) -> WeightSource:
    """A published source with the digest, and for a repository the commit, of its `lock`.

    Any other source unchanged.
    """
    if not isinstance(source, HubFile | UrlFile):
        return source
    known = replace(source, sha256=lock.sha256)
    return replace(known, revision=lock.revision) if isinstance(known, HubFile) and lock.revision else known


def read_lock(path: Path) -> dict[str, Lock]:
    """The entries of the lock file by name, none where it is missing; ConfigError for a file that is not a lock."""
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: Lock(str(entry["sha256"]), str(entry.get("revision", ""))) for name, entry in data.items()}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{path} is not a lock file ({error}). Delete it to trust the weight files that are found next."
        ) from error


def write_lock(path: Path, entries: Mapping[str, Lock]) -> None:
    """Write the entries, sorted by name; the file is replaced atomically."""
    lines = [HEADER]
    for name, entry in sorted(entries.items()):
        lines.append(f'\n["{name}"]\nsha256 = "{entry.sha256}"\n')
        if entry.revision:
            lines.append(f'revision = "{entry.revision}"\n')
    part = path.with_name(f"{path.name}.part")
    part.write_text("".join(lines), encoding="utf-8")
    os.replace(part, path)  # noqa: PTH105 - one step on every system
