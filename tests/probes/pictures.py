"""Small pictures made here, for the tests of everything that reads images."""

from __future__ import annotations

import json
from io import BytesIO

import numpy as np
import pyarrow as pa
from PIL import Image


def noise(width: int = 40, height: int = 30, *, seed: int = 0) -> Image.Image:
    """A colourful picture whose left half is red and whose right half is noise: an orientation can be told."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    pixels[:, : width // 2] = (220, 20, 20)
    return Image.fromarray(pixels)


def encoded(image: Image.Image, form: str, **options) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def table(rows, names, *, image="image", label="label"):
    features = {image: {"_type": "Image"}, label: {"names": list(names), "_type": "ClassLabel"}}
    kind = pa.schema(
        [(image, pa.struct([("bytes", pa.binary()), ("path", pa.string())])), (label, pa.int64())],
        metadata={"huggingface": json.dumps({"info": {"features": features}})},
    )
    columns = [[{"bytes": data, "path": path} for data, path, _ in rows], [index for *_, index in rows]]
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, kind, strict=True)], schema=kind)
