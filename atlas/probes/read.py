"""The only image reader: any image file as RGB, or the reason why it cannot be read."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array
from atlas.probes.kinds import HEAD, kind_of

if TYPE_CHECKING:
    from PIL.Image import Image

SMALLEST = 8  # pixels of a side
MOST_PIXELS = 60_000_000  # about 180 MB decoded; larger files are mistakes or attacks
BITS = (8, 10, 12, 14, 16, 24, 32)  # that cameras, microscopes and scanners give a grey value
GROUND = (255, 255, 255)  # shows through where an image is transparent


class UnreadableImageError(Exception):
    """An image that cannot be read: `place` names it, `reason` is why."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


def read_image(data: bytes, place: str) -> Image:
    """Decode an image file to RGB: upright by its EXIF, first frame, transparency on white.

    Grey of more than 8 bits is scaled: whole numbers by the fewest of 8, 10, 12, 14, 16, 24 and 32 bits that hold the
    brightest, fractions from [0, 1], [-1, 1] or [0, 255], others by the file's own range.

    Raises UnreadableImageError where the file is no image, truncated, too large, or smaller than 8 pixels, or holds
    values that are not finite.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata and size; size is checked below
            with Image.open(BytesIO(data)) as image:
                _check_size(image.size, place)
                return _rgb(ImageOps.exif_transpose(image), place)
    except UnreadableImageError:
        raise
    except UnidentifiedImageError:
        raise UnreadableImageError(place, _kind(data)) from None
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


def _kind(data: bytes) -> str:
    kind = kind_of(data[:HEAD]) if data else "an empty file"
    return f"not an image that can be read: {kind}" if data and kind else kind or "not an image"


def _rgb(image: Image, place: str) -> Image:
    import PIL.Image

    if image.mode.startswith("I") or image.mode == "F":
        return PIL.Image.fromarray(_eight_bit(np.asarray(image), place)).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    ground = PIL.Image.new("RGBA", image.size, (*GROUND, 255))
    ground.alpha_composite(image.convert("RGBA"))
    return ground.convert("RGB")


def _eight_bit(values: Array, place: str) -> Array:
    """Grey of more than 8 bits, or of fractions, as 8 bit; Pillow's own conversion would clip at 255."""
    if not np.isfinite(values).all():
        share = 100 * (1 - np.isfinite(values).mean())
        raise UnreadableImageError(place, f"{share:.2g} % of its pixels are not finite numbers (NaN or infinite)")
    low, high = _range(values)
    scaled = (values.astype(np.float64) - low) * (255.0 / (high - low))
    return np.asarray(np.clip(scaled, 0, 255).round().astype(np.uint8))


def _range(values: Array) -> tuple[float, float]:
    """The values that become black and white."""
    low, high = float(values.min()), float(values.max())
    if values.dtype.kind in "iu":
        fitting = [2.0**bits - 1 for bits in BITS if low >= 0 and high < 2.0**bits]
    else:
        fitting = [top for top in (1.0, 255.0) if low >= 0 and high <= top]
        if -1 <= low < 0 and high <= 1:
            return -1.0, 1.0
    if fitting:
        return 0.0, fitting[0]
    return low, high if high > low else low + 1
