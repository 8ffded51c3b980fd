"""Images of the user: each is read safely and cropped as in the evaluation on ImageNet, or listed as skipped.

They are stored losslessly, since no site shows them: at WebP quality 85 EfficientNet-Lite0 loses 2.3 points of top-1 on
photographs (measured on 1,000).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

from atlas.core.specs import ProbeImage, ProbePart, Skipped
from atlas.probes.read import UnreadableImageError, read_image
from atlas.probes.slug import slug
from atlas.probes.webp import encode

if TYPE_CHECKING:
    from PIL.Image import Image

GENERATOR = 3  # raise it whenever the same file gives another image
PART = 64  # images
CROP = 0.875  # share of the short side that is used: resize to 256, crop 224


@dataclass(frozen=True)
class Found:
    """An image file: its number in the whole set, the place that names it, and a function that reads its bytes.

    `data` may raise UnreadableImageError.
    """

    number: int
    place: str
    data: Callable[[], bytes]
    label: str | None = None
    class_index: int | None = None


@dataclass(frozen=True)
class Terms:
    """Licence, attribution and address of the images of a set."""

    licence: str
    attribution: str
    url: str


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
    """Read, crop and encode the images `found`; unreadable ones are listed in `skipped`."""
    images: list[ProbeImage] = []
    webp: list[bytes] = []
    skipped: list[Skipped] = []
    for item in found:
        try:
            picture = read_image(item.data(), item.place)
        except UnreadableImageError as error:
            skipped.append(Skipped(error.place, error.reason))
            continue
        webp.append(encode(fit(picture, size, crop), lossless=True))
        images.append(_describe(item, terms))
    return ProbePart(tuple(images), tuple(webp), (None,) * len(images), tuple(skipped))


def _describe(item: Found, terms: Terms) -> ProbeImage:
    stem = item.place.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    name = f"{slug(stem)}-{item.number:05}"
    return ProbeImage(
        id=name,
        source=name,
        title=f"{item.label} ({stem})" if item.label else stem,
        licence=terms.licence,
        attribution=terms.attribution,
        url=terms.url,
        label=item.label,
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
