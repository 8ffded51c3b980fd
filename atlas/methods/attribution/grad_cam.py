"""Grad-CAM (Selvaraju et al. 2017): the last maps, weighted by the mean gradient of the score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.class_activation import enlarged, grad_cam
from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Signed maps: the paper's ReLU is left out, so that evidence against the target stays visible."""
    from atlas.methods.attribution.propagation import Recorded

    record = Recorded(explained.graph, images)
    return Attribution(enlarged(grad_cam(record, target), images.shape[-1]))


METHODS.add(
    "grad-cam",
    Method(
        name="grad-cam",
        title="Grad-CAM",
        family="cam",
        year=2017,
        paper="selvaraju2017gradcam",
        formula="Σ_k mean(∂s/∂A_k) A_k",
        summary="CAM for any head: each of the last maps is weighted by the mean of the score's gradient over its "
        "positions. With a linear head on a global mean it is CAM. Shown with its sign; the paper keeps the positive "
        "part. Where the head sees positions apart, as fully connected layers do, the mean gradient loses them.",
        attribute=attribute,
        needs="graph",
        coarse=True,
    ),
)
