"""Deconvnet (Zeiler and Fergus 2013): from one activation back down to the pixels that it rests on.

On the way down a convolution becomes its transpose, a max-pool puts values back where its maxima were (its switches),
and a ReLU passes what is positive in the signal that comes down, whatever was positive on the way up. A normalization
is passed over. Set up on a copy of the network, whose gradient then is the deconvnet.
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
    """The two swapped modules; made once torch is wanted."""
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
        """A ReLU that also rectifies what comes down."""

        def forward(self, value: Tensor) -> Tensor:
            out: Tensor = _Rectified.apply(value)
            return out

    class PassOver(nn.Module):
        """A normalization that what comes down does not notice."""

        def __init__(self, inner: nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, value: Tensor) -> Tensor:
            out: Tensor = value + (self.inner(value) - value).detach()
            return out

    return Rectify, PassOver


def deconvnet(module: nn.Module) -> nn.Module:
    """A copy of `module` whose gradient with respect to its input is the deconvnet; `module` stays as it is."""
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
    """One activation of each image back in pixels, [N, 3, H, W]: that of `units` [N] at `positions` [N, 2] (row, column).

    `copy` comes from `deconvnet`; every other activation of the layer counts as zero.
    """
    import torch

    seen: list[Tensor] = []
    with torch.enable_grad(), tap(copy, [layer], lambda _layer, value: seen.append(value)):
        pixels = images.detach().clone().requires_grad_()
        copy(pixels)
        chosen = seen[0][torch.arange(len(images)), units, positions[:, 0], positions[:, 1]]
        [found] = torch.autograd.grad(chosen, pixels, grad_outputs=chosen.detach())
    return found
