"""Images of the user: each is read safely and cropped as in the evaluation on ImageNet, or listed as skipped.

They are stored losslessly: at WebP quality 85 EfficientNet-Lite0 loses 2.3 points of top-1 on photographs (measured on
1,000). A site that may show them gets smaller copies (`atlas.probes.webp.for_site`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.core.specs import Array, ProbeImage, ProbePart, Skipped
from atlas.probes.own import OwnSettings
from atlas.probes.read import UnreadableImageError, read_image
from atlas.probes.slug import slug
from atlas.probes.webp import encode

if TYPE_CHECKING:
    from PIL.Image import Image

GENERATOR = 3  # raise it whenever the same file gives another image
PART = 64  # images
CROP = 0.875  # share of the short side that is used: resize to 256, crop 224
LONGEST = 120  # signs of a title or a label


@dataclass(frozen=True)
class Found:
    """An image file: its number in the whole set, the place that names it, and a function that reads its bytes.

    `data` and `mask` may raise UnreadableImageError.
    """

    number: int
    place: str
    data: Callable[[], bytes]
    label: str | None = None
    class_index: int | None = None
    mask: Callable[[], bytes] | None = None


@dataclass(frozen=True)
class Terms:
    """Licence, attribution and address of the images of a set, and whether they may be shown."""

    licence: str
    attribution: str
    url: str
    show: bool = False


def terms_of(settings: OwnSettings, origin: str) -> Terms:
    """The terms that a recipe states of an own set; `origin` in words where it names no author."""
    return Terms(settings.licence, settings.attribution or origin, settings.url, settings.show)


def base_identity(size: int) -> dict[str, Any]:
    """Everything that decides an external image besides its file."""
    return {
        "generator": GENERATOR,
        "size": size,
        "webp": "lossless",
        "packages": {"pillow": metadata.version("pillow")},
    }


def part_names(count: int) -> tuple[str, ...]:
    """`0000`, `0001`, … for `count` images."""
    return tuple(f"{number:04}" for number in range(-(-count // PART)))


def part_numbers(part: str, count: int) -> range:
    """The numbers of the images of one part."""
    start = int(part) * PART
    return range(start, min(start + PART, count))


def make_part(found: Iterable[Found], terms: Terms, *, size: int, crop: float = CROP) -> ProbePart:
    """Read, crop and encode the images `found`, and their masks; what cannot be read is listed in `skipped`."""
    images: list[ProbeImage] = []
    webp: list[bytes] = []
    masks: list[Array | None] = []
    skipped: list[Skipped] = []
    for item in found:
        try:
            picture = read_image(item.data(), item.place)
        except UnreadableImageError as error:
            skipped.append(Skipped(error.place, error.reason))
            continue
        mask = None
        try:
            mask = read_mask(item, picture.size, size, crop)
        except UnreadableImageError as error:
            skipped.append(Skipped(error.place, f"a mask that cannot be used ({error.reason}); the image has none"))
        webp.append(encode(fit(picture, size, crop), lossless=True))
        images.append(describe(item, terms, is_masked=mask is not None))
        masks.append(mask)
    return ProbePart(tuple(images), tuple(webp), tuple(masks), tuple(skipped))


def read_mask(item: Found, shape: tuple[int, int], size: int, crop: float = CROP) -> Array | None:
    """The mask of an image (bool, size x size), cropped as the image is: true where it is brighter than half of its
    brightest pixel. None where the image has no mask, or one without an object.

    UnreadableImageError where it has other proportions than the image, `shape` = (width, height).
    """
    import PIL.Image

    if item.mask is None:
        return None
    picture = read_image(item.mask(), f"the mask of {item.place}")
    if abs(picture.width * shape[1] - picture.height * shape[0]) > max(picture.width * shape[1] // 50, 1):
        words = f"{picture.width} x {picture.height} pixels for an image of {shape[0]} x {shape[1]}"
        raise UnreadableImageError(f"the mask of {item.place}", words)
    grey = np.asarray(picture.convert("L"))
    object_of = PIL.Image.fromarray((grey > int(grey.max()) / 2).astype(np.uint8) * np.uint8(255))
    bright = np.asarray(fit(object_of, size, crop)) >= 128
    return bright if bright.any() else None


def describe(item: Found, terms: Terms, *, is_masked: bool = False) -> ProbeImage:
    """The record of an image. Names of files are part of it only where the image may be shown."""
    stem = item.place.rsplit("/", 1)[-1].rsplit(".", 1)[0][:LONGEST] if terms.show else f"image {item.number + 1}"
    label = item.label[:LONGEST] if item.label else None
    name = f"{slug(stem)}-{item.number:05}" if terms.show else f"image-{item.number:05}"
    return ProbeImage(
        id=name,
        source=name,
        title=f"{label} ({stem})" if label else stem,
        licence=terms.licence,
        attribution=terms.attribution,
        url=terms.url,
        label=label,
        group=label if is_masked else None,
        class_index=item.class_index,
    )


def fit(image: Image, size: int, crop: float = CROP) -> Image:
    """The middle square of the image, `crop` of its short side, `size` pixels square (bicubic, antialiased).

    Equivalent to resizing the short side to round(size / crop) and cropping the centre, without the intermediate copy.
    """
    from PIL.Image import Resampling

    side = min(image.size) * size / round(size / crop)
    left, top = ((length - side) / 2 for length in image.size)
    return image.resize((size, size), Resampling.BICUBIC, box=(left, top, left + side, top + side))
