"""Probe parts as arrays for the store, and back: many WebP files in one byte array with offsets, masks as bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from atlas.core.specs import Array, ProbeImage, ProbePart, Skipped
from atlas.pipeline.store import Entry


def pack_part(part: ProbePart) -> Entry:
    """Pack a part: `webp` bytes with `ends`, and the bits of the masks that exist with the images they belong to."""
    masked = [number for number, mask in enumerate(part.masks) if mask is not None]
    bits = [np.packbits(mask) for mask in part.masks if mask is not None]
    arrays: dict[str, Array] = {
        "webp": np.frombuffer(b"".join(part.webp), np.uint8),
        "ends": np.cumsum([len(data) for data in part.webp], dtype=np.int64),
        "masked": np.array(masked, np.int32),
        "bits": np.stack(bits) if bits else np.zeros((0, 0), np.uint8),
    }
    facts = {
        "images": [asdict(image) for image in part.images],
        "skipped": [asdict(skipped) for skipped in part.skipped],
        "side": next((mask.shape[0] for mask in part.masks if mask is not None), 0),
    }
    return Entry(arrays, facts)


def unpack_webp(arrays: Mapping[str, Array]) -> list[bytes]:
    """The WebP files of a packed part, in order."""
    data, ends = arrays["webp"].tobytes(), arrays["ends"].tolist()
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def unpack_masks(entry: Entry) -> dict[int, Array]:
    """The masks of a packed part (bool, S x S), by the number of their image in the part."""
    side = entry.facts["side"]
    return {
        number: np.unpackbits(bits, count=side * side).reshape(side, side).astype(bool)
        for number, bits in zip(entry.arrays["masked"].tolist(), entry.arrays["bits"], strict=True)
    }


def unpack_part(entry: Entry) -> ProbePart:
    """The inverse of `pack_part`."""
    images, masks = entry.facts["images"], unpack_masks(entry)
    return ProbePart(
        images=tuple(ProbeImage(**image) for image in images),
        webp=tuple(unpack_webp(entry.arrays)),
        masks=tuple(masks.get(number) for number in range(len(images))),
        skipped=tuple(Skipped(**skipped) for skipped in entry.facts["skipped"]),
    )
