"""Deconvnet (Zeiler and Fergus 2013): the projection of one activation to the pixels.

In the backward pass a convolution becomes its transpose, max-pooling returns values to the positions of its maxima (the
switches), a ReLU passes the positive part of the backward signal regardless of its forward input, and normalizations
are skipped. It is set up on a copy of the network, whose gradient is then the deconvnet.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

from atlas.core.hooks import tap
from atlas.core.specs import LayerSpec

if TYPE_CHECKING:
    from torch import Tensor, nn


@cache
def _parts() -> tuple[type, type]:
    """The two replacement modules; defined in a function, since torch is imported only when it is needed."""
    import torch
    from torch import nn

    class _Rectified(torch.autograd.Function):
        @staticmethod
        def forward(_context: Any, value: Tensor) -> Tensor:
            return value.clamp(min=0)

        @staticmethod
        def backward(_context: Any, signal: Tensor) -> Tensor:
            return signal.clamp(min=0)

    class Rectify(nn.Module):
        """A ReLU that also rectifies the backward signal."""

        def forward(self, value: Tensor) -> Tensor:
            return _Rectified.apply(value)  # type: ignore[no-any-return]

    class PassOver(nn.Module):
        """A normalization whose backward pass is the identity."""

        def __init__(self, inner: nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, value: Tensor) -> Tensor:
            out: Tensor = value + (self.inner(value) - value).detach()
            return out

    return Rectify, PassOver


def deconvnet(module: nn.Module) -> nn.Module:
    """A copy of `module` whose gradient with respect to its input is the deconvnet; `module` is not changed."""
    from torch import nn

    rectify, pass_over = _parts()
    copy = deepcopy(module)
    for parent in list(copy.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.ReLU):
                setattr(parent, name, rectify())
            elif type(child).__name__ == "LocalResponseNorm":  # torch's and the atlas' own
                setattr(parent, name, pass_over(child))
    return copy


def project(copy: nn.Module, layer: LayerSpec, images: Tensor, units: Tensor, positions: Tensor) -> Tensor:
    """Project one activation of each image to pixels, [N, 3, H, W], with all other activations of the layer at zero.

    `copy` is the result of `deconvnet`; `images` are [N, 3, H, W], normalized; the activation of image n is that of
    `units[n]` at `positions[n]` (row, column).
    """
    import torch

    outputs: list[Tensor] = []
    with torch.enable_grad(), tap(copy, [layer], lambda _layer, value: outputs.append(value)):
        pixels = images.detach().clone().requires_grad_()
        copy(pixels)
        chosen = outputs[0][torch.arange(len(images)), units, positions[:, 0], positions[:, 1]]
        [projected] = torch.autograd.grad(chosen, pixels, grad_outputs=chosen.detach())
    return projected
