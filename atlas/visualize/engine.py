"""What makes it fast: networks cut, folded and in bfloat16, kept per process; batches of one fixed size."""

from __future__ import annotations

import copy
import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional

from atlas.types import LayerSpec, Network
from atlas.visualize.graph import Clamp, cut

POSITIONS = 16  # of a layer's map along a picture's side
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # glibc's malloc.h


class Prepared(nn.Module):
    """A layer's response as a function of images: `[image, 3, height, width]` in [0, 1] to `[image, unit, h, w]`.

    A vector layer gives `[image, unit, 1, 1]`. The response has the dtype of the graph's weights.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, network: Network, graph: fx.GraphModule, dtype: torch.dtype) -> None:
        super().__init__()
        self.graph = graph
        self.dtype = dtype
        self.register_buffer("mean", torch.tensor(network.spec.mean).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(network.spec.std).view(3, 1, 1))

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.mean.device

    def forward(self, rgb: Tensor) -> Tensor:
        """The response to images."""
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
    """A layer made ready: `fast` for the ascent, `exact` (float32) for scores, both for pictures of `canvas` pixels."""

    fast: Prepared
    exact: Prepared
    canvas: int
    texture: bool  # units see little of a picture, so any part of it may lie anywhere
    precision: str


def prepare(network: Network, layer: LayerSpec, *, size: int, precision: str = "auto", device: str = "cpu") -> Engine:
    """Cut `network` at `layer` and fold it, for pictures to be shown at `size` pixels.

    The last 8 engines of the process are kept, by the names of network and layer and the other arguments.

    Raises:
        AtlasError: the layer cannot be cut (`graph.cut` says why).
    """
    return _prepare(_Key(network, layer), size, resolve_precision(precision, device), device)


class _Key:
    """Network and layer, equal by the network's module and the layer's record."""

    def __init__(self, network: Network, layer: LayerSpec) -> None:
        self.network, self.layer = network, layer

    def __hash__(self) -> int:
        return hash((self.network.spec.name, self.layer))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.network.module is other.network.module and self.layer == other.layer


@lru_cache(maxsize=8)
def _prepare(key: _Key, size: int, precision: str, device: str) -> Engine:
    keep_memory()
    network, layer = key.network, key.layer
    canvas, texture = canvas_of(network, layer, size)
    graph = cut(network, layer, torch.zeros(1, 3, canvas, canvas)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    exact = fast = Prepared(network, graph, torch.float32).to(device)
    if precision != "float32":
        dtype = getattr(torch, precision)
        graph = copy.deepcopy(graph).to(dtype)
        if device == "cpu":
            _strided_depthwise_in_float32(graph)
        fast = Prepared(network, graph, dtype).to(device)
    return Engine(fast, exact, canvas, texture, precision)


def canvas_of(network: Network, layer: LayerSpec, size: int) -> tuple[int, bool]:
    """The side in pixels that pictures of `layer` are optimized at, and whether that is enough for a texture.

    A texture is 16 positions of the layer's map a side (and 32 pixels or more): early units see a few pixels, a larger
    canvas would only repeat what they like. Else the side is `size` or the network's own input, whichever is less;
    a multiple of 16. A network whose dense layers take no other size gets its own input.
    """
    own = network.spec.input_size
    example = torch.zeros(1, 3, own, own)
    graph = cut(network, layer, example)
    with torch.inference_mode():
        response = graph(example)
        stride = own // response.shape[-1] if response.dim() == 4 else own
        enough = max(POSITIONS * stride, 32)
        side = min(enough, max(size // 16 * 16, 32), own)
        try:
            graph(example[:, :, :side, :side])
        except RuntimeError:  # shapes do not fit
            return own, False
    return side, side == enough


def resolve_precision(precision: str, device: str) -> str:
    """ "auto" is bfloat16 where the processor multiplies it natively, else float32."""
    if precision != "auto":
        return precision
    native = torch.cuda.is_bf16_supported() if device.startswith("cuda") else torch.cpu._is_avx512_bf16_supported()
    return "bfloat16" if native else "float32"


@lru_cache(maxsize=1)
def keep_memory() -> bool:
    """Tell glibc to keep freed memory instead of returning it to the system after each step; True if it agreed.

    Without this each step's buffers are fresh pages, and page faults take up to half of the time.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # absent in musl
    return mallopt is not None and bool(mallopt(M_MMAP_MAX, 0)) and bool(mallopt(M_TRIM_THRESHOLD, -1))


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
