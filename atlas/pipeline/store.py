"""The disk: a content-addressed store. An entry is a folder named by its key's digest, written once and whole.

    <root>/ab/abcdef…/data.safetensors   arrays (no pickle anywhere)
    <root>/ab/abcdef…/manifest.json      the key's fields, small facts, digests of data and facts, seconds it took

An entry is made in a temporary folder, synced and renamed, so a reader sees all of it or nothing, and two builds that
make the same entry do no harm: the first rename wins and both hold the same bytes.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from atlas.core.errors import StoreError
from atlas.core.specs import Array

ABANDONED = 3600  # seconds after which a temporary folder has no writer any more


def canonical(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, so that equal values have equal digests."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


@dataclass(frozen=True)
class Key:
    """All that changes a result, as plain data, and its digest."""

    fields: Mapping[str, Any]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of the fields, as 64 hex digits."""
        return hashlib.sha256(canonical(self.fields).encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """What a step made: named arrays and small facts (plain data)."""

    arrays: Mapping[str, Array]
    facts: Mapping[str, Any]


class Store:
    """Entries under one folder; safe for many processes."""

    def __init__(self, root: Path) -> None:
        self.root, self._text = root, str(root)

    def folder(self, digest: str) -> Path:
        """Where the entry of `digest` lies, whether or not it exists."""
        return self.root / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """Whether the entry exists (it exists whole, or not at all)."""
        # text, not Path: a plan asks 20,000 times
        return os.path.isfile(f"{self._text}/{digest[:2]}/{digest}/manifest.json")  # noqa: PTH113

    def put(self, key: Key, entry: Entry, *, seconds: float = 0.0) -> None:
        """Write an entry; StoreError when the disk refuses (full, read-only)."""
        from safetensors.numpy import save

        data = save({name: np.ascontiguousarray(array) for name, array in entry.arrays.items()})
        manifest = {
            "key": dict(key.fields),
            "facts": dict(entry.facts),
            "facts_sha256": _facts_digest(entry.facts),
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "seconds": round(seconds, 4),
        }
        try:
            self._write(key.digest, data, json.dumps(manifest, indent=1, sort_keys=True).encode())
        except OSError as error:
            raise StoreError(
                f"The store at {self.root} could not be written: {error.strerror}. Nothing that was computed is lost: "
                "free some space or set --store to another disk, then run the same command again."
            ) from error

    def _write(self, digest: str, data: bytes, manifest: bytes) -> None:
        target = self.folder(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.root / f".new-{uuid4().hex}"
        temporary.mkdir()  # with the user's own permissions: others may read a shared store
        try:
            _write_synced(temporary / "data.safetensors", data)
            _write_synced(temporary / "manifest.json", manifest)
            temporary.rename(target)
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def manifest(self, digest: str) -> dict[str, Any]:
        """The manifest of an entry; StoreError when it is missing or unreadable."""
        path = self.folder(digest) / "manifest.json"
        try:
            manifest = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise self._corrupt(digest, f"its manifest is unreadable ({_reason(error)})") from error
        if not isinstance(manifest, dict) or not isinstance(manifest.get("key"), dict):
            raise self._corrupt(digest, "its manifest is not a record with a key")
        if Key(manifest["key"]).digest != digest:
            raise self._corrupt(digest, "its key is that of another entry")
        return manifest

    def seconds(self, digest: str) -> float:
        """Processor seconds that an entry took; StoreError as for its manifest, also where that does not say."""
        found = self.manifest(digest).get("seconds")
        if not isinstance(found, int | float):
            raise self._corrupt(digest, "its manifest does not say how long it took")
        return float(found)

    def get(self, digest: str) -> Entry:
        """Read an entry and check it against its digest; StoreError names the folder to delete when it is corrupt."""
        from safetensors import SafetensorError
        from safetensors.numpy import load

        manifest = self.manifest(digest)
        facts = manifest.get("facts")
        if not isinstance(facts, dict) or manifest.get("facts_sha256", _facts_digest(facts)) != _facts_digest(facts):
            raise self._corrupt(digest, "its facts do not match their SHA-256")
        try:
            data = (self.folder(digest) / "data.safetensors").read_bytes()
            if hashlib.sha256(data).hexdigest() != manifest["sha256"]:
                raise self._corrupt(digest, "its data does not match its SHA-256")
            return Entry(load(data), facts)
        except (OSError, SafetensorError, KeyError) as error:
            raise self._corrupt(digest, f"its data is unreadable ({_reason(error)})") from error

    def digests(self) -> list[str]:
        """The names of all entries, harmed ones too, in order."""
        return sorted(folder.name for folder in self.root.glob("[0-9a-f][0-9a-f]/*") if folder.is_dir())

    def _corrupt(self, digest: str, why: str) -> StoreError:
        return StoreError(
            f"The store entry {self.folder(digest)} is corrupt: {why}. Delete that folder and run again; only this "
            "entry and what depends on it is computed anew."
        )

    def make(self) -> None:
        """Make the folder, if it is not there, and sweep it; StoreError when the disk refuses."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The store at {self.root} cannot be made: {error.strerror}. Name another folder with --store."
            ) from None
        self.sweep()

    def sweep(self) -> int:
        """Delete what killed writers left behind; the number of folders deleted."""
        old = [folder for folder in self.root.glob(".new-*") if _age(folder) > ABANDONED]
        for folder in old:
            shutil.rmtree(folder, ignore_errors=True)
        return len(old)


def _facts_digest(facts: Mapping[str, Any]) -> str:
    """SHA-256 of the facts as JSON keeps them."""
    kept = json.loads(json.dumps(facts))  # keys become text, tuples become lists
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _reason(error: Exception) -> str:
    """What went wrong, in short: the message names the folder already."""
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)[:80]


def _age(folder: Path) -> float:
    """Seconds since a folder was changed; 0 when it is gone, because its writer finished."""
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
