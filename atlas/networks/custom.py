"""Custom checkpoints of a registered architecture: the same layers, another head, other labels."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from atlas.core.sources import CustomFile
from atlas.core.specs import NetworkSpec

if TYPE_CHECKING:
    from torch import nn


Channels = tuple[float, float, float]


def like(
    base: NetworkSpec,
    name: str,
    *,
    title: str,
    weights: CustomFile,
    classes: int,
    labels: str,
    mean: Channels | None = None,
    std: Channels | None = None,
) -> NetworkSpec:
    """The spec of `weights`, a checkpoint of architecture `base` with `classes` outputs, named by the list `labels`.

    `mean` and `std` of red, green and blue in [0, 1] are those of its training's images; left out, those of `base`.
    """
    return replace(
        base,
        name=name,
        title=title,
        build=partial(build, base, classes),
        weights=weights,
        layers=(*base.layers[:-1], replace(base.logits, units=classes)),
        labels=labels,
        mean=mean or base.mean,
        std=std or base.std,
        like=base.name,
    )


def build(base: NetworkSpec, classes: int) -> nn.Module:
    """The module of `base` with a linear head of `classes` outputs."""
    from torch import nn

    module = base.build()
    head = module.get_submodule(base.logits.path)
    if classes != base.logits.units:
        assert isinstance(head, nn.Linear)  # so are the heads of all registered networks (tested)
        module.set_submodule(base.logits.path, nn.Linear(head.in_features, classes, bias=head.bias is not None))
    return module
