"""A unit's response as a tiny indexed PNG in viridis, clear where there is none: a data URI of about 250 bytes."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

from atlas.types import Array

# viridis (Smith and van der Walt, 2015) at 16 equal steps
VIRIDIS = bytes.fromhex(
    "440154481a6c472f7d41448739568c31688e2a788e23888e1f988b22a88435b77954c5687ad151a5db36d2e21bfde725"
)
LEVELS = 16
CLEAR = bytes(round(225 * (level / (LEVELS - 1)) ** 0.8) for level in range(LEVELS))  # alpha of each level


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


_PALETTE = _chunk(b"PLTE", VIRIDIS) + _chunk(b"tRNS", CLEAR)
_END = _chunk(b"IEND", b"")


def heat_png(heat: Array) -> bytes:
    """`heat` ([G, G] uint8, 0 = no response) as PNG bytes: 16 levels of viridis with alpha."""
    height, width = heat.shape
    levels = (heat.astype(np.uint16) * (LEVELS - 1) + 127) // 255
    if width % 2:
        levels = np.concatenate([levels, np.zeros((height, 1), levels.dtype)], axis=1)
    packed = ((levels[:, ::2] << 4) | levels[:, 1::2]).astype(np.uint8)
    rows = np.concatenate([np.zeros((height, 1), np.uint8), packed], axis=1)  # filter type 0 on every row
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + _PALETTE + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)) + _END


def heat_uri(heat: Array) -> str:
    """The same as a data URI for a style sheet."""
    return "data:image/png;base64," + base64.b64encode(heat_png(heat)).decode()
