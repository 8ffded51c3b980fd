"""Linear layers prepared for many passes, with their ReLU, and with their gradient in a format of its own."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from atlas.methods.attribution.strided import strided_gradient
from atlas.methods.visualize.graph import Clamp
from atlas.methods.visualize.padding import same_padding

LAST = torch.channels_last
FUSED = torch._C._has_mkldnn and hasattr(torch.ops.mkldnn, "_convolution_pointwise")


class Linear(Protocol):
    """A linear layer with its ReLU, and its gradient in another format."""

    @property
    def module(self) -> nn.Conv2d | nn.Linear: ...

    def __call__(self, x: Tensor, clamp: Clamp | None) -> Tensor: ...

    def back(self, signal: Tensor, shape: torch.Size) -> Tensor:
        """The gradient of the input of `shape`."""


class Dense:
    """A dense layer."""

    def __init__(self, module: nn.Linear, backward: torch.dtype) -> None:
        self.module, self.narrow = module, module.weight.to(backward)

    def __call__(self, x: Tensor, clamp: Clamp | None) -> Tensor:
        output = functional.linear(x, self.module.weight, self.module.bias)
        return output if clamp is None else output.clamp_(clamp.low, clamp.high)

    def back(self, signal: Tensor, shape: torch.Size) -> Tensor:
        return signal @ self.narrow


class Convolution:
    """A convolution, prepared for each size of its input."""

    def __init__(self, module: nn.Conv2d, backward: torch.dtype) -> None:
        self.module, self.format = module, backward
        self.depthwise = 1 < module.groups == module.in_channels == module.out_channels
        self.turned = self.depthwise and max(module.stride) == 1  # its gradient is such a convolution too: faster
        self.prepared: dict[tuple[int, ...], tuple[Tensor, Tensor, list[int]]] = {}

    def __call__(self, x: Tensor, clamp: Clamp | None) -> Tensor:
        conv, (weight, _, padding) = self.module, self._for(x.shape)
        if clamp is not None and FUSED and x.device.type == "cpu":
            how = ("relu", []) if clamp.high == float("inf") else ("hardtanh", [clamp.low, clamp.high])
            settings = (padding, conv.stride, conv.dilation, conv.groups)
            fused: Tensor = torch.ops.mkldnn._convolution_pointwise(x, weight, conv.bias, *settings, *how, "")
            return fused
        output = functional.conv2d(x, weight, conv.bias, conv.stride, padding, conv.dilation, conv.groups)
        return output if clamp is None else output.clamp_(clamp.low, clamp.high)

    def back(self, signal: Tensor, shape: torch.Size) -> Tensor:
        conv, (_, narrow, padding) = self.module, self._for(shape)
        if self.turned:
            reach = [dilation * (side - 1) for dilation, side in zip(conv.dilation, narrow.shape[2:], strict=True)]
            padding = [whole - pad for whole, pad in zip(reach, padding, strict=True)]
            return functional.conv2d(signal, narrow, None, 1, padding, conv.dilation, conv.groups)
        if self.depthwise and self.format == torch.bfloat16 and max(conv.dilation) == 1:
            return strided_gradient(signal, narrow, conv.stride, padding, shape[2:])
        like = torch.empty(shape, dtype=narrow.dtype, device=signal.device, memory_format=LAST)  # never read
        settings = (conv.stride, padding, conv.dilation, False, [0, 0], conv.groups, [True, False, False])
        found: Tensor = torch.ops.aten.convolution_backward(signal, like, narrow, None, *settings)[0]
        return found

    def _for(self, shape: torch.Size) -> tuple[Tensor, Tensor, list[int]]:
        """The weight, that of the gradient, and the padding for an input of `shape`."""
        size = tuple(shape[2:])
        if size not in self.prepared:
            weight, padding = _padded(self.module, size)
            narrow = weight.flip(2, 3) if self.turned else weight
            narrow = narrow.to(self.format).contiguous(memory_format=LAST)
            self.prepared[size] = weight.contiguous(memory_format=LAST), narrow, padding
        return self.prepared[size]


def _padded(conv: nn.Conv2d, size: tuple[int, ...]) -> tuple[Tensor, list[int]]:
    """Kernel and padding, the same on both sides, of a convolution for an input of `size`.

    TensorFlow's padding has an odd pixel at the end; leading zeros in the kernel make it the same.
    """
    added = [same_padding(conv, side, axis) for axis, side in enumerate(size)]
    rows, columns = added
    if rows is None or columns is None:
        return conv.weight, [int(pad) for pad in conv.padding]
    weight = functional.pad(conv.weight, (columns % 2, 0, rows % 2, 0))
    return weight, [rows // 2 + rows % 2, columns // 2 + columns % 2]


def prepared(module: nn.Module | None, backward: torch.dtype) -> Linear | None:
    """The prepared form of a module; None where it is no linear layer, or one that the plain kernels must compute."""
    if isinstance(module, nn.Linear):
        return Dense(module, backward)
    if not isinstance(module, nn.Conv2d) or module.padding_mode != "zeros" or isinstance(module.padding, str):
        return None
    unusual = max(module.dilation) > 1 and same_padding(module, 1) is not None  # leading zeros would move the kernel
    return None if unusual else Convolution(module, backward)
