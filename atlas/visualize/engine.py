"""What makes it fast: networks cut, folded, in bfloat16 and on a small canvas, kept per process."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional

from atlas.memory import keep_memory
from atlas.precision import native_precision
from atlas.types import LayerSpec, Network
from atlas.visualize.canvas import Canvas, canvas_of
from atlas.visualize.graph import Clamp, cut


class Prepared(nn.Module):
    """A layer's response as a function of images: `[image, 3, height, width]` in [0, 1] to `[image, unit, h, w]`.

    A vector layer gives `[image, unit, 1, 1]`. The response has the dtype of the prepared weights.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, network: Network, graph: fx.GraphModule, dtype: torch.dtype) -> None:
        super().__init__()
        self.graph = graph
        self.dtype = dtype
        self.register_buffer("mean", torch.tensor(network.spec.mean).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(network.spec.std).view(3, 1, 1))

    def forward(self, rgb: Tensor) -> Tensor:
        x = ((rgb - self.mean) / self.std).to(self.dtype, memory_format=torch.channels_last)
        response: Tensor = self.graph(x)
        return response if response.dim() == 4 else response[:, :, None, None]

    @contextmanager
    def redirected(self) -> Iterator[None]:
        """Redirect the gradients of dead ReLUs inside the block."""
        clamps = [module for module in self.modules() if isinstance(module, Clamp)]
        try:
            for clamp in clamps:
                clamp.redirect = True
            yield
        finally:
            for clamp in clamps:
                clamp.redirect = False


@dataclass(frozen=True)
class Engine:
    """A layer made ready: `fast` for the ascent, `exact` (float32) for scores, and the canvas that both are for."""

    fast: Prepared
    exact: Prepared
    canvas: Canvas
    precision: str
    device: str


def prepare(network: Network, layer: LayerSpec, *, size: int, precision: str = "auto", device: str = "cpu") -> Engine:
    """Cut `network` at `layer` for pictures shown at `size` pixels; `precision` is "auto" (what the processor has), "float32" or "bfloat16".

    Prepared networks are kept per process (the last 8), by the name of network and layer and the other arguments.
    """
    return _prepare(_Key(network, layer), size, native_precision(device) if precision == "auto" else precision, device)


class _Key:
    """Network and layer, equal by their names and the network's module."""

    def __init__(self, network: Network, layer: LayerSpec) -> None:
        self.network, self.layer = network, layer
        self._id = (network.spec.name, layer, id(network.module))

    def __hash__(self) -> int:
        return hash(self._id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._id == other._id


@lru_cache(maxsize=8)
def _prepare(key: _Key, size: int, precision: str, device: str) -> Engine:
    keep_memory()
    network, layer = key.network, key.layer
    side = network.spec.input_size
    graph = cut(network, layer, torch.zeros(1, 3, side, side)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    canvas = canvas_of(network, layer, graph, size)
    exact = fast = Prepared(network, graph, torch.float32).to(device)
    if precision != "float32":
        dtype = getattr(torch, precision)
        graph = copy.deepcopy(graph).to(dtype)
        if dtype == torch.bfloat16 and device == "cpu":
            _strided_depthwise_in_float32(graph)
        fast = Prepared(network, graph, dtype).to(device)
    return Engine(fast, exact, canvas, precision, device)


def _strided_depthwise_in_float32(graph: fx.GraphModule) -> None:
    for name, module in list(graph.named_modules()):
        if isinstance(module, nn.Conv2d) and 1 < module.groups == module.in_channels and max(module.stride) > 1:
            graph.set_submodule(name, Depthwise(module))


class Depthwise(nn.Module):
    """A strided depthwise convolution with its gradient in float32: in bfloat16 that is ten to a hundred times slower."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.conv = conv

    def forward(self, x: Tensor) -> Tensor:
        conv = self.conv
        if type(conv).__name__ == "Conv2dSame":  # timm's TensorFlow padding, which depends on the input's size
            from timm.layers.padding import pad_same

            x = pad_same(x, list(conv.kernel_size), list(conv.stride), list(conv.dilation))
        output: Tensor = _Depthwise.apply(x, conv)  # type: ignore[no-untyped-call]
        return output


class _Depthwise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, conv: nn.Conv2d) -> Tensor:
        ctx.conv, ctx.like = conv, x.shape
        return functional.conv2d(x, conv.weight, conv.bias, conv.stride, conv.padding, conv.dilation, conv.groups)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        conv = ctx.conv
        like = torch.empty(ctx.like, device=gradients[0].device, memory_format=torch.channels_last)  # never read
        gradient, _, _ = torch.ops.aten.convolution_backward(
            gradients[0].float(), like, conv.weight.float(), None, conv.stride, conv.padding, conv.dilation,
            False, [0, 0], conv.groups, [True, False, False],
        )  # fmt: skip
        return gradient.to(gradients[0].dtype), None
