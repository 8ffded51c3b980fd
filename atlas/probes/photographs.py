"""The freely licensed colour photographs in the wheels of scikit-image and scikit-learn, and crops of them.

Left out, because no licence is stated for them: `ihc` ("no known restrictions" is not a licence), `motorcycle_left`,
`motorcycle_right` and `color` of scikit-image. Grey photographs and drawings are left out, too.
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

from atlas.core.errors import ProbeError
from atlas.core.specs import Array

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels of the photograph

DULL = 0.55  # crops with less than this share of the photograph's contrast, such as empty sky, are avoided
SKIMAGE_DOCS = "https://scikit-image.org/docs/stable/api/skimage.data.html#skimage.data"


@dataclass(frozen=True)
class Photograph:
    """One photograph; boxes and sizes are in its pixels.

    `crops` is the number of crops, `smallest` the side of the smallest one, `area` the part that they are taken from.
    `ground` is the part that may lie behind a drawn object (no drawing covers a face).
    """

    slug: str
    title: str
    short: str  # after "on …" in a scene's title
    package: str
    file: str
    author: str
    licence: str
    url: str
    size: tuple[int, int]
    crops: int
    smallest: int = 112
    inner: Box | None = None
    below: Box | None = None

    @property
    def area(self) -> Box:
        """The part that crops are taken from."""
        return self.inner or (0, 0, *self.size)

    @property
    def ground(self) -> Box:
        """The part that may lie behind a drawn object."""
        return self.below or self.area

    @property
    def path(self) -> Path:
        """The path of the file; ProbeError where its package is missing or lacks it."""
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
        """Title, author and licence in one phrase."""
        return f"{self.title}, by {self.author} ({self.licence})"

    def identity(self) -> dict[str, Any]:
        """Size and SHA-256 of the file, and number and area of its crops."""
        data = self.path.read_bytes()
        return {
            "file": self.file,
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "crops": [self.crops, self.smallest, *self.area, *self.ground],
        }


PHOTOGRAPHS = (
    Photograph(
        "astronaut", "Astronaut Eileen Collins", "an astronaut", "scikit-image", "skimage/data/astronaut.png",
        "NASA", "Public domain", "https://flic.kr/p/r9qvLn", (512, 512), 150, below=(0, 190, 512, 512),
    ),
    Photograph(
        "chelsea", "Chelsea the cat", "a cat", "scikit-image", "skimage/data/chelsea.png",
        "Stéfan van der Walt", "CC0-1.0", f"{SKIMAGE_DOCS}.chelsea", (451, 300), 140,
    ),
    Photograph(
        "coffee", "Coffee cup at Pikolo Espresso Bar", "coffee", "scikit-image", "skimage/data/coffee.png",
        "Rachel Michetti", "CC0-1.0", f"{SKIMAGE_DOCS}.coffee", (600, 400), 150,
    ),
    Photograph(
        "rocket", "Falcon 9 carrying DSCOVR", "a rocket launch", "scikit-image", "skimage/data/rocket.jpg",
        "SpaceX", "Public domain", "https://www.flickr.com/photos/spacexphotos/16511594820/", (640, 427), 130,
    ),
    Photograph(
        "hubble", "Hubble eXtreme Deep Field", "a deep field", "scikit-image", "skimage/data/hubble_deep_field.jpg",
        "NASA, ESA and the HUDF09 team", "Public domain", f"{SKIMAGE_DOCS}.hubble_deep_field", (1000, 872), 100,
    ),
    Photograph(
        "retina", "Retina of a healthy left eye", "a retina", "scikit-image", "skimage/data/retina.jpg",
        "Mikael Häggström", "CC0-1.0",
        "https://commons.wikimedia.org/wiki/File:Fundus_photograph_of_normal_left_eye.jpg", (1411, 1411), 60,
        smallest=224, inner=(200, 200, 1211, 1211),
    ),
    Photograph(
        "pagoda", "Tower of Buddhist Incense, Beijing", "a pagoda", "scikit-learn", "sklearn/datasets/images/china.jpg",
        "danielbuechele", "CC-BY-2.0", "https://www.flickr.com/photos/danielbuechele/6061409035/", (640, 427), 170,
    ),
    # scikit-learn's README names the author of the other photograph here; the page that it links to is vultilion's.
    Photograph(
        "dahlia", "Dahlia", "a dahlia", "scikit-learn", "sklearn/datasets/images/flower.jpg",
        "vultilion", "CC-BY-2.0", "https://www.flickr.com/photos/vultilion/6056698931/", (640, 427), 130,
    ),
)  # fmt: skip


@lru_cache(maxsize=len(PHOTOGRAPHS))
def pixels(photograph: Photograph) -> Image:
    """The decoded RGB photograph, cached in each process."""
    from atlas.probes.read import read_image

    return read_image(photograph.path.read_bytes(), photograph.file)


def crop(photograph: Photograph, box: Box, size: int) -> Image:
    """The part `box` of the photograph, resampled to `size` pixels square."""
    from PIL.Image import Resampling

    return pixels(photograph).resize((size, size), Resampling.BICUBIC, box=box)


def random_box(area: Box, rng: random.Random, smallest: float, largest: float) -> Box:
    """A square in `area` whose side is between the two shares of the area's short side."""
    left, top, right, bottom = area
    short = min(right - left, bottom - top)
    side = round(short * smallest * (largest / smallest) ** rng.random())
    x = left + round(rng.random() * (right - left - side))
    y = top + round(rng.random() * (bottom - top - side))
    return x, y, x + side, y + side


@lru_cache(maxsize=len(PHOTOGRAPHS))
def crop_boxes(photograph: Photograph) -> tuple[Box, ...]:
    """Squares of many scales with little overlap: each is the best of 16 random ones."""
    rng = random.Random(f"crops of {photograph.slug}")
    left, top, right, bottom = photograph.area
    smallest = photograph.smallest / min(right - left, bottom - top)
    dull = DULL * float(small(photograph, photograph.area).mean(-1).std())
    chosen = [random_box(photograph.area, rng, 1.0, 1.0)]
    while len(chosen) < photograph.crops:
        candidates = [random_box(photograph.area, rng, smallest, 1.0) for _ in range(16)]
        lively = [box for box in candidates if small(photograph, box).mean(-1).std() > dull] or candidates
        chosen.append(lively[int(np.argmin(_overlap(lively, chosen)))])
    return tuple(chosen)


def small(photograph: Photograph, box: Box) -> Array:
    """A part of the photograph at a quarter of its size: float32 RGB [H, W, 3] in [0, 255]."""
    left, top, right, bottom = (side // 4 for side in box)
    return _quarter(photograph)[top:bottom, left:right]


@lru_cache(maxsize=len(PHOTOGRAPHS))
def _quarter(photograph: Photograph) -> Array:
    return np.asarray(pixels(photograph).reduce(4), dtype=np.float32)


def _overlap(boxes: list[Box], others: list[Box]) -> Array:
    """The largest intersection over union of each box with any of the others."""
    a, b = np.array(boxes)[:, None], np.array(others)[None]
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = np.clip(sides, 0, None).prod(-1)
    area_a, area_b = (np.square(boxes[..., 2] - boxes[..., 0]) for boxes in (a, b))
    best: Array = (shared / (area_a + area_b - shared)).max(1)
    return best
