"""What it registers: one thing with weights that are nowhere, for `atlas list` and `atlas doctor`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from atlas.core.sources import UrlFile, WeightSource


@dataclass(frozen=True)
class Registered:
    name: str
    weights: WeightSource


TINT = Registered("tint-net", UrlFile("https://example.org/tint.safetensors", "CC0-1.0", "0" * 64))


def tints() -> list[dict[str, Any]]:
    return [{"name": TINT.name}]


def specs() -> Iterable[Registered]:
    return (TINT,)


LISTINGS = {"tints": tints}
