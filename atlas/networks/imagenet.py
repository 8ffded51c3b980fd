"""What networks at ImageNet scale share: 224 pixels, 1,000 classes, weights downloaded on first use."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from atlas.core.sources import HubFile, UrlFile
from atlas.core.specs import LayerSpec, NetworkSpec
from atlas.networks import register

if TYPE_CHECKING:
    from torch import nn

CLASSES = 1000
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def imagenet(
    name: str,
    *,
    title: str,
    year: int,
    paper: str,
    build: Callable[[], nn.Module],
    layers: tuple[LayerSpec, ...],
    weights: HubFile | UrlFile,
    summary: str,
    **more: Any,
) -> NetworkSpec:
    """Register a network of ImageNet's 1,000 classes at 224 pixels; `more` may hold `rename`, `mean` and `std`."""
    more = {"mean": MEAN, "std": STD, **more}
    return register(
        NetworkSpec(
            name=name,
            title=title,
            year=year,
            paper=paper,
            build=build,
            weights=weights,
            input_size=224,
            layers=layers,
            labels="imagenet-1k",
            summary=summary,
            **more,
        )
    )


def logits(path: str, title: str = "Class logits") -> LayerSpec:
    """The layer of class logits."""
    return LayerSpec("logits", path, CLASSES, title, axes="unit")
