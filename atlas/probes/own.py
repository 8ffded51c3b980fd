"""Sets of the user's own: what a recipe states about them, and the line that sums one up."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from atlas.core.errors import ProbeError

UNKNOWN = "not stated"


@dataclass(frozen=True)
class OwnSettings:
    """What a recipe states of an own set: `[probes]` beside `source`.

    `image`, `label` and `masks` name columns of Parquet; for a folder `label` is a CSV file and `masks` a folder.
    """

    title: str = ""
    licence: str = UNKNOWN
    attribution: str = ""
    url: str = ""
    show: bool = False
    image: str = ""
    label: str = ""
    masks: str = ""

    def identity(self) -> dict[str, Any]:
        """What decides images and their terms, without the paths of this machine."""
        fields = asdict(self)
        return fields | {name: Path(fields[name]).name for name in ("label", "masks")}


NOTHING = OwnSettings()


@dataclass(frozen=True)
class Labels:
    """The labels of a set by its images, and in words where they come from or why there are none."""

    by_image: Mapping[str, str]
    words: str


@dataclass(frozen=True)
class Summary:
    """What is known of a set before its images are read; `passed_over` counts files by the reason."""

    images: int
    labels: str
    masks: str = ""
    passed_over: Mapping[str, int] | None = None

    @property
    def line(self) -> str:
        """The set in one line."""
        parts = [counted(self.images, "image"), self.labels, self.masks, passed_over(self.passed_over or {})]
        return "; ".join(part for part in parts if part)


def counted(number: int, noun: str) -> str:
    """`1 class`, `1,200 classes`."""
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def passed_over(kinds: Mapping[str, int]) -> str:
    """`passed over: 3 (2 a text, 1 an empty file)`; "" for none."""
    by_count = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{count:,} {kind}" for kind, count in by_count)
    return f"passed over: {sum(kinds.values()):,} ({named})" if kinds else ""


def kinds_of(reasons: Iterable[str]) -> Counter[str]:
    """Reasons counted by their kind: without numbers in brackets and without the next move."""
    return Counter(_plain(reason) for reason in reasons)


def _plain(reason: str) -> str:
    return reason.removeprefix("not an image that can be read: ").split(" (")[0].split(";")[0]


def digest_of(path: Path, what: str) -> str:
    """SHA-256 of a file that belongs to a set; ProbeError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ProbeError(f"{what} {path.absolute()} cannot be read ({error.strerror}).") from error
