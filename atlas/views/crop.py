"""Where an example's receptive field lies in its probe image, as the shares that the style sheet places it by."""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST = 32  # pixels: a smaller field is shown with the surroundings that give it meaning


@dataclass(frozen=True)
class Crop:
    """A square window into a square image, and the receptive field inside that image (all as CSS wants them).

    `zoom` is image side / window side; `left`, `top` move the image inside the window (in windows);
    `box` is the field as (left, top, width, height) in shares of the image.
    """

    zoom: float
    left: float
    top: float
    box: tuple[float, float, float, float]
    side: int  # of the window, in pixels of the image
    whole: bool  # the window is the whole image

    @property
    def style(self) -> str:
        """The window as CSS custom properties."""
        return f"--z:{self.zoom:.4g};--l:{self.left:.4g};--t:{self.top:.4g}"

    @property
    def place(self) -> str:
        """The field as a CSS inset box."""
        left, top, width, height = (f"{100 * share:.4g}%" for share in self.box)
        return f"left:{left};top:{top};width:{width};height:{height}"


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
    x, y = _start(left, right, size, side), _start(top, bottom, size, side)
    return Crop(
        zoom=size / side,
        left=-x / side,
        top=-y / side,
        box=(left / size, top / size, (right - left) / size, (bottom - top) / size),
        side=side,
        whole=side == size,
    )
