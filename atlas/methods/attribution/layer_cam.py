"""Layer-CAM (Jiang et al. 2021): maps of several depths, each position weighted by its own positive gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.class_activation import enlarged
from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.propagation import Operation, Recorded
    from atlas.methods.attribution.target import Target

DEPTHS = 3  # resolutions that are merged, from the coarsest on


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps of positive relevance: the mean over depths, each depth's map scaled to a largest value of 1."""
    import torch

    from atlas.methods.attribution.propagation import Recorded, gradient

    record = Recorded(explained.graph, images)
    wanted = deepest(record)
    signals: dict[object, Tensor] = {}

    def rule(operation: Operation, signal: Tensor) -> Sequence[Tensor | None]:
        signals[operation.node] = signal
        return gradient(operation, signal)

    record.back(target.weights.to(images.dtype), rule, to=wanted[-1].sources[0])
    merged = []
    for operation in wanted:
        one = (signals[operation.node].clamp(min=0) * operation.output.detach()).sum(1).clamp(min=0)
        large = enlarged(one, images.shape[-1])
        merged.append(large / large.flatten(1).amax(1)[:, None, None].clamp(min=1e-12))
    return Attribution(torch.stack(merged).mean(0))


def deepest(record: Recorded) -> list[Operation]:
    """The last operation with maps of each of the DEPTHS coarsest resolutions, from the last one back."""
    end = record.last_maps
    found: dict[int, Operation] = {}
    for operation in reversed(record.operations.values()):
        has_maps = operation.output.ndim == 4 and operation.output[0, 0].numel() > 1
        if operation is end or (found and has_maps and operation.kind in ("clamp", "sum", "activation")):
            found.setdefault(operation.output.shape[-1], operation)
    return list(found.values())[:DEPTHS]


METHODS.add(
    "layer-cam",
    Method(
        name="layer-cam",
        title="Layer-CAM",
        family="cam",
        year=2021,
        paper="jiang2021layercam",
        formula="mean over depths of (Σ_k (∂s/∂A_k)⁺ A_k)⁺",
        summary="Each position of a map is weighted by its own positive gradient instead of the mean, so that maps of "
        f"earlier, finer layers can be used too. The maps of the {DEPTHS} coarsest resolutions are scaled to the same "
        "largest value and averaged: the last says where the object is, the finer ones where its details are. The map "
        "has no negative part.",
        attribute=attribute,
        needs="graph",
        coarse=True,
        parameters={"depths": DEPTHS},
    ),
)
