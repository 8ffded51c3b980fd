"""The only image reader: any image file as RGB, or the reason why it cannot be read."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

SMALLEST = 8  # pixels of a side
MOST_PIXELS = 60_000_000  # about 180 MB decoded; larger files are mistakes or attacks
GROUND = (255, 255, 255)  # shows through where an image is transparent


class UnreadableImageError(Exception):
    """An image that cannot be read: `place` names it, `reason` is why."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


def read_image(data: bytes, place: str) -> Image:
    """Decode an image file to RGB: upright by its EXIF, first frame, 16 bit scaled to 8, transparency on white.

    Raises UnreadableImageError where the file is no image, truncated, too large, or smaller than 8 pixels.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata and size; size is checked below
            with Image.open(BytesIO(data)) as image:
                _check_size(image.size, place)
                return _rgb(ImageOps.exif_transpose(image))
    except UnreadableImageError:
        raise
    except UnidentifiedImageError:
        raise UnreadableImageError(place, "not an image" if data else "an empty file") from None
    except Image.DecompressionBombError:
        raise UnreadableImageError(place, f"more than {MOST_PIXELS:,} pixels") from None
    except Exception as error:  # decoders raise OSError, SyntaxError, struct.error, ValueError and more on bad files
        raise UnreadableImageError(place, f"cannot be decoded ({error or type(error).__name__})") from error


def _check_size(size: tuple[int, int], place: str) -> None:
    width, height = size
    if width * height > MOST_PIXELS:
        raise UnreadableImageError(place, f"{width} x {height} pixels are more than {MOST_PIXELS:,}")
    if min(size) < SMALLEST:
        raise UnreadableImageError(place, f"{width} x {height} pixels; a side needs at least {SMALLEST}")


def _rgb(image: Image) -> Image:
    import PIL.Image

    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bit(image).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    ground = PIL.Image.new("RGBA", image.size, (*GROUND, 255))
    ground.alpha_composite(image.convert("RGBA"))
    return ground.convert("RGB")


def _eight_bit(image: Image) -> Image:
    """Grey of 16 bits or more as 8 bit; Pillow's own conversion would clip at 255."""
    import PIL.Image

    values = np.asarray(image, dtype=np.float64)
    top = 65535.0 if values.max(initial=0) > 255 else 255.0
    return PIL.Image.fromarray(np.clip(values * (255.0 / top), 0, 255).round().astype(np.uint8))
