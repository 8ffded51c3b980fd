"""The freely licensed colour photographs that the wheels of scikit-image and scikit-learn carry, and crops of them.

Left out, because no licence is stated for them: `ihc`, `motorcycle_left`, `motorcycle_right` and `color` of scikit-image
("no known restrictions" is not a licence). Grey photographs and drawings are left out, too.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.errors import ProbeError

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels of the photograph

SKIMAGE_DOCS = "https://scikit-image.org/docs/stable/api/skimage.data.html#skimage.data"


@dataclass(frozen=True)
class Photograph:
    """One photograph; `area` is the part that crops are taken from (None: all), `smallest` the smallest crop's side."""

    slug: str
    title: str
    short: str  # after "on …" in a scene's title
    package: str
    file: str
    author: str
    licence: str
    url: str
    area: Box | None = None
    smallest: int = 112

    @property
    def path(self) -> Path:
        """The file on this machine; ProbeError says what to install."""
        try:
            path = Path(str(metadata.distribution(self.package).locate_file(self.file)))
        except metadata.PackageNotFoundError:
            raise ProbeError(f"{self.package} is not installed. Run: pip install {self.package}") from None
        if not path.is_file():
            raise ProbeError(
                f"{self.package} {metadata.version(self.package)} does not carry {self.file}. "
                "Install the version that constraints.txt pins."
            )
        return path

    @property
    def credit(self) -> str:
        return f"{self.title}, by {self.author} ({self.licence})"

    def identity(self) -> dict[str, Any]:
        """Size and SHA-256 of the file, and where crops may lie."""
        data = self.path.read_bytes()
        return {
            "file": self.file,
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "area": self.area,
            "smallest": self.smallest,
        }


PHOTOGRAPHS = (
    Photograph(
        "astronaut", "Astronaut Eileen Collins", "an astronaut", "scikit-image", "skimage/data/astronaut.png",
        "NASA", "Public domain", "https://flic.kr/p/r9qvLn",
    ),
    Photograph(
        "chelsea", "Chelsea the cat", "a cat", "scikit-image", "skimage/data/chelsea.png",
        "Stéfan van der Walt", "CC0-1.0", f"{SKIMAGE_DOCS}.chelsea",
    ),
    Photograph(
        "coffee", "Coffee cup at Pikolo Espresso Bar", "coffee", "scikit-image", "skimage/data/coffee.png",
        "Rachel Michetti", "CC0-1.0", f"{SKIMAGE_DOCS}.coffee",
    ),
    Photograph(
        "rocket", "Falcon 9 carrying DSCOVR", "a rocket launch", "scikit-image", "skimage/data/rocket.jpg",
        "SpaceX", "Public domain", "https://www.flickr.com/photos/spacexphotos/16511594820/",
    ),
    Photograph(
        "hubble", "Hubble eXtreme Deep Field", "a deep field", "scikit-image", "skimage/data/hubble_deep_field.jpg",
        "NASA, ESA and the HUDF09 team", "Public domain", f"{SKIMAGE_DOCS}.hubble_deep_field",
    ),
    Photograph(
        "retina", "Retina of a healthy left eye", "a retina", "scikit-image", "skimage/data/retina.jpg",
        "Mikael Häggström", "CC0-1.0",
        "https://commons.wikimedia.org/wiki/File:Fundus_photograph_of_normal_left_eye.jpg",
        area=(60, 130, 1351, 1281), smallest=224,
    ),
    Photograph(
        "pagoda", "Tower of Buddhist Incense, Beijing", "a pagoda", "scikit-learn", "sklearn/datasets/images/china.jpg",
        "danielbuechele", "CC-BY-2.0", "https://www.flickr.com/photos/danielbuechele/6061409035/",
    ),
    # scikit-learn's README repeats the other photograph's author here; the page that it links to is vultilion's.
    Photograph(
        "dahlia", "Dahlia", "a dahlia", "scikit-learn", "sklearn/datasets/images/flower.jpg",
        "vultilion", "CC-BY-2.0", "https://www.flickr.com/photos/vultilion/6056698931/",
    ),
)  # fmt: skip


@lru_cache(maxsize=len(PHOTOGRAPHS))
def pixels(photograph: Photograph) -> Image:
    """The decoded RGB photograph, once a process."""
    from atlas.images.read import read_image

    return read_image(photograph.path.read_bytes(), photograph.file)


def crop(photograph: Photograph, box: Box, size: int) -> Image:
    """The part `box` of the photograph, resampled to `size` pixels square."""
    from PIL.Image import Resampling

    return pixels(photograph).resize((size, size), Resampling.BICUBIC, box=box)


def random_box(photograph: Photograph, rng: random.Random, smallest: float, largest: float) -> Box:
    """A square in the photograph's area whose side is between the two shares of the area's short side."""
    left, top, right, bottom = photograph.area or (0, 0, *pixels(photograph).size)
    short = min(right - left, bottom - top)
    side = round(short * smallest * (largest / smallest) ** rng.random())
    x = left + round(rng.random() * (right - left - side))
    y = top + round(rng.random() * (bottom - top - side))
    return x, y, x + side, y + side


@lru_cache(maxsize=len(PHOTOGRAPHS))
def crop_boxes(photograph: Photograph, count: int) -> tuple[Box, ...]:
    """`count` squares at many scales that overlap as little as they can: each is the best of 16 random ones."""
    rng = random.Random(f"crops of {photograph.slug}")
    left, top, right, bottom = photograph.area or (0, 0, *pixels(photograph).size)
    smallest = photograph.smallest / min(right - left, bottom - top)
    chosen = [random_box(photograph, rng, 1.0, 1.0)]
    while len(chosen) < count:
        candidates = [random_box(photograph, rng, smallest, 1.0) for _ in range(16)]
        lively = [box for box in candidates if _contrast(photograph, box) > 6] or candidates
        chosen.append(lively[int(np.argmin(_overlap(lively, chosen)))])
    return tuple(chosen)


def _contrast(photograph: Photograph, box: Box) -> float:
    """Standard deviation of the crop's grey values: empty sky is no probe."""
    return float(np.std(_small(photograph)[box[1] // 4 : box[3] // 4, box[0] // 4 : box[2] // 4]))


@lru_cache(maxsize=len(PHOTOGRAPHS))
def _small(photograph: Photograph) -> np.ndarray[Any, Any]:
    return np.asarray(pixels(photograph).convert("L").reduce(4), dtype=np.float32)


def _overlap(boxes: list[Box], others: list[Box]) -> np.ndarray[Any, Any]:
    """The largest intersection over union of each box with any of the others."""
    a, b = np.array(boxes)[:, None], np.array(others)[None]
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = np.clip(sides, 0, None).prod(-1)
    area_a, area_b = (np.square(boxes[..., 2] - boxes[..., 0]) for boxes in (a, b))
    best: np.ndarray[Any, Any] = (shared / (area_a + area_b - shared)).max(1)
    return best
