"""What the seven 64-pixel miniatures share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from atlas.core.sources import EmbeddedFile
from atlas.core.specs import LayerSpec, NetworkSpec
from atlas.networks import register

if TYPE_CHECKING:
    from torch import nn

CLASSES = 60
SIDE = 64  # pixels
SCALE = f"A miniature that we trained: {SIDE} pixels, {CLASSES} classes of Tiny ImageNet."
HALF = (0.5, 0.5, 0.5)


def miniature(
    name: str,
    *,
    title: str,
    year: int,
    paper: str,
    build: Callable[[], nn.Module],
    layers: tuple[LayerSpec, ...],
    summary: str,
    sha256: str,
) -> NetworkSpec:
    """The spec of a miniature of the network `title`, registered unless `sha256` is empty (not trained yet)."""
    spec = NetworkSpec(
        name=name,
        title=f"{title}-{SIDE}",
        year=year,
        paper=paper,
        build=build,
        weights=EmbeddedFile(file=f"{name}.safetensors", sha256=sha256, licence="Apache-2.0"),
        input_size=SIDE,
        mean=HALF,
        std=HALF,
        layers=layers,
        labels="tiny-imagenet-60",
        summary=summary,
        scale=SCALE,
    )
    return register(spec) if sha256 else spec


def logits(path: str, title: str = "Class logits") -> LayerSpec:
    """The layer of class logits of a miniature."""
    return LayerSpec("logits", path, CLASSES, title, axes="unit")
