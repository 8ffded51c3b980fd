"""Probe images as WebP files: what the networks see is exactly what the site shows, decoded."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from atlas.types import Array

if TYPE_CHECKING:
    from PIL.Image import Image

# Measured on crops of the embedded photographs at 224 px: 8.3 kB and 4.2 ms an image; quality 90 costs a third more.
QUALITY, METHOD = 85, 4


def encode(image: Image) -> bytes:
    """The RGB `image` as a lossy WebP file."""
    buffer = BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=METHOD)
    return buffer.getvalue()


def decode(webp: Sequence[bytes]) -> Array:
    """Decode WebP files of one size S into uint8 RGB [B, S, S, 3]; the only way from a probe image to a network."""
    from PIL import Image

    if not webp:
        raise ValueError("decode needs at least one image")
    return np.stack([np.asarray(Image.open(BytesIO(data)).convert("RGB")) for data in webp])
