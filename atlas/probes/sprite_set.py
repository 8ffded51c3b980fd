"""`sprites`: newly drawn images of the InfoGANs' training distribution, one shape on a dark ground, 32 pixels."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path
from typing import Any

from PIL import Image

from atlas.core.specs import Array, ProbeImage, ProbePart
from atlas.probes import sprites
from atlas.probes.external import part_names, part_numbers
from atlas.probes.webp import encode

COUNT = 2048
SEED = 3  # of the factors; training and its test use other seeds
HUES = {"red": 0.0, "orange": 0.08, "yellow": 0.17, "green": 0.33, "turquoise": 0.5, "blue": 0.63}
SIZES = ("small", "middling", "large")


class Sprites:
    """Newly drawn sprites. The label of an image is its shape, its mask is where it is not ground."""

    name = "sprites"
    title = "Drawn sprites: square, ellipse or triangle"
    labels = None
    publish = True
    mixed = True
    size = sprites.SIZE

    def identity(self) -> dict[str, Any]:
        """The code that draws them, their number and seed."""
        return {
            "count": COUNT,
            "seed": SEED,
            "code": hashlib.sha256(Path(sprites.__file__).read_bytes()).hexdigest(),
            "webp": "lossless",
            "packages": {"pillow": metadata.version("pillow")},
        }

    def parts(self) -> tuple[str, ...]:
        """`0000`, `0001`, …: 64 sprites each."""
        return part_names(COUNT)

    def make(self, part: str) -> ProbePart:
        """The sprites of one part, the same bytes every time."""
        numbers = part_numbers(part, COUNT)
        factors = sprites.draw_factors(COUNT, SEED)[numbers.start : numbers.stop]
        pixels = sprites.render(factors)
        ground = round(255 * sprites.GROUND)
        return ProbePart(
            tuple(_described(number, row) for number, row in zip(numbers, factors, strict=True)),
            tuple(encode(Image.fromarray(image), lossless=True) for image in pixels),
            tuple((image != ground).any(2) for image in pixels),
        )


def _described(number: int, factors: Array) -> ProbeImage:
    name = f"sprite-{number:05}"
    shape = sprites.SHAPES[int(factors[0])]
    return ProbeImage(
        id=name,
        source=name,
        title=f"{_size(factors[1])} {_colour(factors[5])} {shape}",
        licence="CC-BY-4.0",
        attribution="Representation Atlas",
        url="",
        label=shape,
        group="sprite",
        kind="drawing",
    )


def _size(scale: float) -> str:
    """In words, by thirds of the range."""
    factor = sprites.FACTORS[1]
    return SIZES[min(int(3 * (scale - factor.low) / (factor.high - factor.low)), 2)]


def _colour(hue: float) -> str:
    return min(HUES, key=lambda name: abs(HUES[name] - hue))
