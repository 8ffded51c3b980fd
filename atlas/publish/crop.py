"""Where an example's receptive field lies in its probe image, as the few numbers that the style sheet places it by.

An example is one image element that shows a square window of the shared file: `--s` is the window's side, `--x` and
`--y` its corner, `--w` and `--h` the size of the receptive field and `--l` and `--t` its place in the window, all in
pixels of the probe image, whose side is `--p`. The style sheet knows defaults (`.strip` and `.framed`), so that most
examples need only their corner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from atlas.core.specs import Array

SMALLEST = 32  # pixels: a smaller field is shown with the surroundings that give it meaning


@dataclass(frozen=True)
class Crop:
    """A square window of `side` pixels at (x, y) of an image `size` pixels square, and the field `box` in that image."""

    x: int  # negative where the network saw padding
    y: int
    side: int
    box: tuple[int, int, int, int]  # left, top, right, bottom
    size: int

    @property
    def whole(self) -> bool:
        """Is the window the whole image?"""
        return self.side == self.size

    def css(self, common: Mapping[str, int]) -> str:
        """The custom properties that differ from `common`, or "" where none does."""
        own = self.numbers(framed="l" in common)
        return ";".join(f"--{name}:{value}" for name, value in own.items() if value != common.get(name, 0))

    def numbers(self, *, framed: bool) -> dict[str, int]:
        """All of them; a field that fills its window gives only what the style sheet cannot work out."""
        left, top, right, bottom = self.box
        found = {"s": self.side, "x": self.x, "y": self.y}
        if framed:
            return found | {"l": left - self.x, "t": top - self.y, "w": right - left, "h": bottom - top}
        shown = {"w": (right - left, self.x), "h": (bottom - top, self.y)}
        return found | {name: span for name, (span, start) in shown.items() if span != self.inside(start)}

    def inside(self, start: int) -> int:
        """How much of a window that starts at `start` lies in the image: what the style sheet takes a field to fill."""
        return min(self.side, self.side + start, self.size - start)


def common(boxes: Array, size: int) -> dict[str, int]:
    """What most examples of a layer share, from its `boxes` [..., 4] in pixels of images `size` pixels square."""
    spans = boxes.reshape(-1, 4)[:, 2:] - boxes.reshape(-1, 4)[:, :2]
    found, times = np.unique(spans.max(axis=1), return_counts=True)
    span = int(found[times.argmax()]) if len(found) else size
    side, start = min(size, max(span, SMALLEST)), size // 2 - span // 2
    inset = start - _start(start, start + span, size, side)
    return {"s": side} | ({} if span >= SMALLEST else {"l": inset, "t": inset, "w": span, "h": span})


def _start(low: int, high: int, size: int, side: int) -> int:
    """First pixel of a window of `side` around [low, high): padding that the network saw stays visible."""
    span = high - low
    if span < side and span >= SMALLEST:  # clipped by an edge: show the missing part as empty ground
        return low if low > 0 or high == size else high - side
    return min(max(0, (low + high - side) // 2), size - side)


def crop(box: tuple[int, int, int, int], size: int) -> Crop:
    """The window around a receptive field `box` (left, top, right, bottom) of an image `size` pixels square."""
    left, top, right, bottom = box
    side = min(size, max(right - left, bottom - top, SMALLEST))
    return Crop(_start(left, right, size, side), _start(top, bottom, size, side), side, box, size)
