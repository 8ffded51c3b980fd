"""Squares of a photograph: the whole of it, then parts at several scales that overlap by at most half.

They were chosen once, by `choose_boxes`, and lie in a table: which images there are is known without reading any.
"""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array
from atlas.probes.picture_table import Box, Picture

if TYPE_CHECKING:
    from PIL.Image import Image

BOXES = Path(__file__).parent / "data" / "photographs-crops.tsv"
COUNTS = ((1000, 24), (600, 8), (400, 4), (0, 2))  # crops of a photograph whose short side has at least so many pixels
UNFOCUSED = 12  # at most, where the object is nowhere in particular: the bottom of the sea
SMALLEST = 0.28, 128  # of a crop's side: share of the short side, and pixels
OVERLAP = 0.5  # most of intersection over union
TRIES = 600
ASIDE = 6  # one crop in so many may show what is beside the object
SEEN, FILLED, WHOLE = 0.5, 0.45, 0.4  # shares of the object, of the crop, of what a square can show of the object
DETAIL = 0.6  # a crop with less than this share of the whole's contrast of neighbours shows sky or blur
THUMB = 64  # pixels of a side at which the contrast is measured


def crop_boxes(photograph: Picture) -> tuple[Box, ...]:
    """Boxes of all its crops; the first is the largest square, around the object."""
    return _table()[photograph.id]


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[Box, ...]]:
    rows = (row.split("\t") for row in BOXES.read_text(encoding="utf-8").splitlines()[1:])
    return {name: tuple(_box(text) for text in boxes.split()) for name, boxes in rows}


def _box(text: str) -> Box:
    """Left, top and side."""
    left, top, side = map(int, text.split(","))
    return left, top, left + side, top + side


def choose_boxes(photograph: Picture, image: Image) -> tuple[Box, ...]:
    """The largest square, then random ones that show something of `image`, the photograph decoded."""
    rng = random.Random(f"crops of {photograph.id}")
    boxes = [_largest(photograph)]
    least, count, aside = DETAIL * _detail(image, boxes[0]), _count(photograph), 0
    for _ in range(TRIES):
        if len(boxes) == count:
            break
        box = _random(photograph, rng)
        beside = not shows_object(photograph, box)
        if beside and aside >= count // ASIDE:
            continue
        if all(overlap(box, other) <= OVERLAP for other in boxes) and _detail(image, box) >= least:
            boxes.append(box)
            aside += beside
    return tuple(boxes)


def _detail(image: Image, box: Box) -> float:
    """Mean difference of neighbouring pixels of the crop's small copy."""
    small = image.convert("L").resize((THUMB, THUMB), box=box, reducing_gap=2.0)
    grey: Array = np.asarray(small, dtype=np.float64)
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())


def _count(photograph: Picture) -> int:
    short = min(photograph.width, photograph.height)
    count = next(count for side, count in COUNTS if short >= side)
    return count if photograph.focus != _all(photograph) else min(count, UNFOCUSED)


def _all(photograph: Picture) -> Box:
    return 0, 0, photograph.width, photograph.height


def _largest(photograph: Picture) -> Box:
    """The largest square, its middle as near to the object's as the frame allows."""
    left, top, right, bottom = photograph.focus
    side = min(photograph.width, photograph.height)
    x = min(max(0, (left + right - side) // 2), photograph.width - side)
    y = min(max(0, (top + bottom - side) // 2), photograph.height - side)
    return x, y, x + side, y + side


def _random(photograph: Picture, rng: random.Random) -> Box:
    """A square with any scale as likely as any other; half of them have their middle on the object."""
    short = min(photograph.width, photograph.height)
    smallest = min(1.0, max(SMALLEST[0], SMALLEST[1] / short))
    side = round(short * smallest ** rng.random())
    left, top, right, bottom = photograph.focus if rng.random() < 0.5 else _all(photograph)
    x = min(max(0, round(rng.uniform(left, right) - side / 2)), photograph.width - side)
    y = min(max(0, round(rng.uniform(top, bottom) - side / 2)), photograph.height - side)
    return x, y, x + side, y + side


def shows_object(photograph: Picture, box: Box) -> bool:
    """Does the box show half of the object, or a part of it that fills nearly half of the box?"""
    shared = _shared(photograph.focus, box)
    return shared >= SEEN * _area(photograph.focus) or shared >= FILLED * _area(box)


def shows_whole(photograph: Picture, box: Box) -> bool:
    """Does the box show two fifths of the object, or of what a square of the photograph can show of it?"""
    most = min(_area(photograph.focus), min(photograph.width, photograph.height) ** 2)
    return _shared(photograph.focus, box) >= WHOLE * most


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    shared = _shared(one, other)
    return shared / (_area(one) + _area(other) - shared)


def _shared(one: Box, other: Box) -> int:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0, width) * max(0, height)


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
