"""The square window of a probe image that shows an example: the one crop that pages, sheets and exported figures cut.

On a page an example is one image element that shows a window of the shared file. Custom properties place it: `--s` is
the side of the window and `--x` and `--y` its corner; `--l`, `--t`, `--w` and `--h` are left, top, width and height of
the receptive field in the window. All are in pixels of the probe image, whose side is `--p`. The style sheet has
defaults (`.strip` and `.framed`), so that most examples need only their corner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from atlas.core.specs import Array

SMALLEST = 32  # pixels: a smaller receptive field is shown with its surroundings, which give it meaning


@dataclass(frozen=True)
class Crop:
    """A window of `side` pixels at (x, y) inside an image `size` pixels square, and the receptive field `box` in it."""

    x: int
    y: int
    side: int
    box: tuple[int, int, int, int]  # left, top, right, bottom in pixels of the image
    size: int

    @property
    def whole(self) -> bool:
        """Is the window the whole image?"""
        return self.side == self.size

    def cut(self, image: Array) -> Array:
        """The pixels of the window, [side, side, …], from an image [size, size, …]."""
        return image[self.y : self.y + self.side, self.x : self.x + self.side]

    def css(self, common: Mapping[str, int]) -> str:
        """The custom properties that differ from `common` and the style sheet's defaults, "" where none does."""
        left, top, right, bottom = self.box
        field = {"l": left - self.x, "t": top - self.y, "w": right - left, "h": bottom - top}
        usual = {"x": 0, "y": 0, "l": 0, "t": 0, "w": self.side, "h": self.side, **common}
        values = {"s": self.side, "x": self.x, "y": self.y, **field}
        return ";".join(f"--{name}:{value}" for name, value in values.items() if value != usual.get(name))


def crop(box: tuple[int, int, int, int], size: int) -> Crop:
    """The window around a receptive field `box` (left, top, right, bottom) of an image `size` pixels square.

    The window is a square of at least SMALLEST pixels, centred on the box and moved inside the image where the box lies
    at its border.
    """
    left, top, right, bottom = box
    side = min(size, max(right - left, bottom - top, SMALLEST))
    return Crop(_start(left, right, side, size), _start(top, bottom, side, size), side, box, size)


def _start(low: int, high: int, side: int, size: int) -> int:
    """First pixel of a window of `side` pixels around [low, high), inside [0, size)."""
    return min(max(0, (low + high - side) // 2), size - side)


def common(boxes: Array, size: int) -> dict[str, int]:
    """The custom properties that most examples of a layer share.

    `boxes` is [..., 4] (left, top, right, bottom) in pixels of images `size` pixels square. The position of the field
    in the window is among them where fields are smaller than SMALLEST.
    """
    flat = boxes.reshape(-1, 4)
    spans, times = np.unique((flat[:, 2:] - flat[:, :2]).max(axis=1), return_counts=True)
    span = int(spans[times.argmax()]) if len(spans) else size
    side = min(size, max(span, SMALLEST))
    if span >= SMALLEST:
        return {"s": side}
    start = size // 2 - span // 2
    inset = start - _start(start, start + span, side, size)
    return {"s": side, "l": inset, "t": inset, "w": span, "h": span}
