"""Guided Grad-CAM (Selvaraju et al. 2017): guided backpropagation where Grad-CAM is positive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.class_activation import enlarged, grad_cam
from atlas.methods.attribution.deconvnet import rectifying
from atlas.methods.attribution.guided_backprop import rule
from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps of the signed guided gradient, summed over the colours, times the positive part of Grad-CAM."""
    record = rectifying(explained, images)
    guided = record.back(target.weights.to(images.dtype), rule).sum(1)
    return Attribution(guided * enlarged(grad_cam(record, target).clamp(min=0), images.shape[-1]))


METHODS.add(
    "guided-grad-cam",
    Method(
        name="guided-grad-cam",
        title="Guided Grad-CAM",
        family="gradient",
        year=2017,
        paper="selvaraju2017gradcam",
        formula="(Σ_c guided gradient_c) · Grad-CAM⁺",
        summary="Guided backpropagation, whose pictures are sharp but hardly depend on the class, times Grad-CAM, "
        "which depends on the class but is coarse: the edges of the image inside the region that Grad-CAM marks.",
        attribute=attribute,
        needs="graph",
        backward=2,
    ),
)
