"""Networks prepared for speed: cut, folded, in bfloat16 and for a small canvas, cached in each process."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, fx, nn

from atlas.core.specs import LayerSpec, Network
from atlas.methods.visualize.canvas import Canvas, canvas_of
from atlas.methods.visualize.depthwise import Float32Gradient, Unpadded, replace
from atlas.methods.visualize.graph import Clamp, cut
from atlas.networks.modules.normalize import Normalize
from atlas.runtime.memory import keep_memory
from atlas.runtime.precision import native_precision


class Prepared(nn.Module):
    """A layer's response as a function of images: `[image, 3, height, width]` in [0, 1] to `[image, unit, h, w]`.

    A vector layer gives `[image, unit, 1, 1]`. The response has the dtype of the prepared weights.
    """

    def __init__(self, network: Network, graph: fx.GraphModule, dtype: torch.dtype) -> None:
        super().__init__()
        self.normalize = Normalize(network.spec)
        self.graph = graph
        self.dtype = dtype

    def forward(self, rgb: Tensor) -> Tensor:
        x = self.normalize(rgb).to(self.dtype, memory_format=torch.channels_last)
        response: Tensor = self.graph(x)
        return response if response.dim() == 4 else response[:, :, None, None]

    def watched(self, wanted: bool) -> AbstractContextManager[None]:
        """If `wanted`, gradients of what is computed inside the block can be redirected."""
        return self._set("watched", wanted)

    def redirected(self) -> AbstractContextManager[None]:
        """Redirect the gradients of dead ReLUs that are taken inside the block."""
        return self._set("redirect", True)

    @contextmanager
    def _set(self, name: str, value: bool) -> Iterator[None]:
        clamps = [module for module in self.modules() if isinstance(module, Clamp)]
        try:
            for clamp in clamps:
                setattr(clamp, name, value)
            yield
        finally:
            for clamp in clamps:
                setattr(clamp, name, False)


@dataclass(frozen=True)
class Engine:
    """A prepared layer: `fast` for the ascent, `exact` (float32) for scores, and the canvas of both."""

    fast: Prepared
    exact: Prepared
    canvas: Canvas
    precision: str
    device: str


def prepare(network: Network, layer: LayerSpec, *, size: int, precision: str = "auto", device: str = "cpu") -> Engine:
    """Cut `network` at `layer` for pictures shown at `size` pixels.

    `precision` is "auto" (what the processor has), "float32" or "bfloat16". The last 8 engines of a process are cached.
    """
    return _prepare(network, layer, size, native_precision(device) if precision == "auto" else precision, device)


@lru_cache(maxsize=8)  # jobs of one layer follow each other in a worker
def _prepare(network: Network, layer: LayerSpec, size: int, precision: str, device: str) -> Engine:
    keep_memory()
    side = network.spec.input_size
    graph = cut(network, layer, torch.zeros(1, 3, side, side))
    graph = graph.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    canvas = canvas_of(network, layer, graph, size)
    dtype = getattr(torch, precision)
    narrow = copy.deepcopy(graph).to(dtype) if dtype != torch.float32 else None
    if device == "cpu":
        replace(graph, Unpadded)
    exact = fast = Prepared(network, graph, torch.float32).to(device)
    if narrow is not None:
        if dtype == torch.bfloat16 and device == "cpu":
            replace(narrow, Float32Gradient)
        fast = Prepared(network, narrow, dtype).to(device)
    return Engine(fast, exact, canvas, precision, device)
