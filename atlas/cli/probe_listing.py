"""The images of a probe set counted: by kind, licence, group and place of origin, with masks and classes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from atlas.core.specs import Array, ProbeImage, ProbePart

Shown = tuple[ProbeImage, Array | None]  # an image with its mask
COLUMNS: dict[str, Callable[[ProbeImage], str]] = {
    "kind": lambda image: image.kind,
    "licence": lambda image: image.licence,
    "group": lambda image: image.group or "no group",
    "origin": lambda image: urlsplit(image.url).hostname or "not stated",
}


def counted(parts: Iterable[ProbePart]) -> list[dict[str, Any]]:
    """A row for all images, then one for each value of each column, the most frequent first; last what was skipped."""
    images: list[Shown] = []
    skipped = 0
    for part in parts:
        images += zip(part.images, part.masks, strict=True)
        skipped += len(part.skipped)
    rows = [_row("all", "", images)]
    for name, value_of in COLUMNS.items():
        groups: dict[str, list[Shown]] = {}
        for shown in images:
            groups.setdefault(value_of(shown[0]), []).append(shown)
        ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
        rows += [_row(name, value, group) for value, group in ordered]
    return [*rows, {"by": "skipped", "value": "", "images": skipped}] if skipped else rows


def _row(by: str, value: str, images: list[Shown]) -> dict[str, Any]:
    return {
        "by": by,
        "value": value,
        "images": len(images),
        "works": len({image.source for image, _ in images}),
        "with label": sum(image.label is not None for image, _ in images),
        "with class": sum(image.class_index is not None for image, _ in images),
        "with mask": sum(mask is not None for _, mask in images),
    }


def table(rows: list[dict[str, Any]]) -> str:
    """The rows in aligned columns, with a line of names."""
    names = list(rows[0])
    lines = [names, *([str(row.get(name, "")) for name in names] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(names))]
    return "\n".join("  ".join(_aligned(line, widths)).rstrip() for line in lines)


def _aligned(line: list[str], widths: list[int]) -> list[str]:
    """Words to the left, numbers to the right."""
    words = [text.ljust(width) for text, width in zip(line[:2], widths[:2], strict=True)]
    numbers = [text.rjust(width) for text, width in zip(line[2:], widths[2:], strict=True)]
    return words + numbers
