"""Exact receptive fields, walked through the traced graph of the network (the arithmetic of Araujo et al. 2019).

Every operation either keeps the window of a value, widens it (convolution, pooling), joins windows (sum,
concatenation) or reads the whole image (linear layers, global pooling). Behind an operation without a rule the field is
unknown, never a guess.

Gates (squeeze-and-excitation) are left out: they scale a whole map by one number, so they change how much, not where.
The field is that of the trunk with every gate fixed (docs/decisions/0005-trunk-field.md).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn

from atlas.core.results import ReceptiveField
from atlas.core.specs import LayerSpec, Network
from atlas.methods.visualize.graph import trace
from atlas.methods.visualize.padding import same_padding
from atlas.networks.modules.lrn import LocalResponseNorm


@dataclass(frozen=True)
class Window:
    """Position p of a value depends on the input pixels [start + p * stride, start + p * stride + size)."""

    start: int = 0
    stride: int = 1
    size: int = 1
    known: bool = True


WHOLE = Window(0, 1, 0)  # size 0: the whole image
UNKNOWN = Window(0, 1, 0, known=False)


def receptive_field(network: Network, layer: LayerSpec) -> ReceptiveField:
    """The receptive field of `layer` in pixels of the network's input."""
    return receptive_fields(network, [layer])[layer.name]


def receptive_fields(network: Network, layers: Sequence[LayerSpec]) -> dict[str, ReceptiveField]:
    """The receptive fields of `layers` by name, in one walk; unknown behind an operation without a rule."""
    side = network.spec.input_size
    with torch.device("meta"):
        image = torch.zeros(1, 3, side, side)
        graph, places = trace(Network(network.spec, _shadow(network.module)), layers, image)
    walk = _Walk(graph)
    with torch.inference_mode():
        walk.run(image)
    windows = {layer.name: walk.windows.get(place, UNKNOWN) for layer, place in places.items()}
    return {name: ReceptiveField(one.size, one.stride, one.start, one.known) for name, one in windows.items()}


def _shadow(module: nn.Module) -> nn.Module:
    """The module without values, since only shapes count: nothing is copied and nothing is multiplied."""
    parameters = {id(part): nn.Parameter(part.to("meta"), requires_grad=False) for part in module.parameters()}
    buffers = {id(part): part.to("meta") for part in module.buffers()}
    return copy.deepcopy(module, {**parameters, **buffers})


KEEP_MODULES = (
    nn.BatchNorm2d, nn.Identity, nn.Dropout, nn.LocalResponseNorm, LocalResponseNorm,
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.GELU, nn.Sigmoid, nn.SiLU, nn.Hardsigmoid, nn.Hardswish,
    nn.Mish, nn.Tanh,
)  # fmt: skip
KEEP = {
    "relu", "relu_", "relu6", "hardtanh", "clamp", "sigmoid", "silu", "dropout", "square", "pow", "rsqrt", "sqrt",
    "contiguous", "clone", "leaky_relu", "elu", "gelu", "mish", "hardswish", "hardsigmoid", "tanh", "addcmul", "neg",
    "reciprocal", "exp", "log", "float", "to", "local_response_norm",
    "stochastic_depth", "detach",
}  # fmt: skip
JOIN = {"add", "iadd", "add_", "cat", "mul", "imul", "sub", "truediv", "maximum", "addcdiv"}
PRODUCT = {"mul", "imul"}
GLOBAL = {"adaptive_avg_pool2d", "adaptive_max_pool2d"}
REDUCE = {"mean", "amax", "amin", "sum", "max", "std", "var"}  # over all axes, or those that an argument names
REGROUP = {"view", "reshape", "flatten", "unflatten", "chunk", "split", "getitem", "unsqueeze", "squeeze"}
TURN = {"permute", "transpose"}


class _Walk(fx.Interpreter):
    """Run the graph once (for the shapes that 'same' padding needs) and carry a window beside each value."""

    def __init__(self, graph: fx.GraphModule) -> None:
        super().__init__(graph)
        self.windows: dict[fx.Node, Window] = {}

    def run_node(self, n: fx.Node) -> Any:
        value = super().run_node(n)
        if n.op != "get_attr" and any(isinstance(one, Tensor) for one in _each(value)):
            window = self._window(n, value)
            if window is not None:
                self.windows[n] = window
        return value

    def _window(self, node: fx.Node, value: Any) -> Window | None:
        """The window of a node's value; None for what no image enters, such as a table of positions."""
        if node.op == "placeholder":
            return Window()
        inputs = [self.windows[source] for source in node.all_input_nodes if source in self.windows]
        if not inputs:
            return None
        if node.op == "output":
            return inputs[0]
        if node.op == "call_module":
            return self._of_module(node, self.fetch_attr(str(node.target)), inputs, value)
        return self._of_function(node, inputs, value)

    def _of_module(  # noqa: PLR0911 - one a kind
        self, node: fx.Node, module: nn.Module, inputs: list[Window], value: Any
    ) -> Window:
        extent = self._extent(node.all_input_nodes[0])
        if isinstance(module, nn.Conv2d):
            padding = _conv_padding(module, extent)
            return _slide(inputs[0], module.kernel_size[0], module.stride[0], padding, module.dilation[0])
        if isinstance(module, nn.MaxPool2d | nn.AvgPool2d):
            kernel, stride, padding = (_first(value) for value in (module.kernel_size, module.stride, module.padding))
            return _slide(inputs[0], kernel, stride, padding, _first(getattr(module, "dilation", 1)))
        if isinstance(module, nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d):
            return WHOLE
        if isinstance(module, nn.Linear):
            return self._of_vector(node)
        if isinstance(module, nn.Flatten):
            return WHOLE if value.dim() == 2 else UNKNOWN
        if isinstance(module, KEEP_MODULES) or type(module).__name__ in ("Clamp", "Scale"):
            return inputs[0]
        return UNKNOWN

    def _of_vector(self, node: fx.Node) -> Window:
        """What a linear layer reads: all of a vector; of tokens it is not known."""
        return WHOLE if self.env[node.all_input_nodes[0]].dim() == 2 else UNKNOWN

    def _of_function(self, node: fx.Node, inputs: list[Window], value: Any) -> Window:  # noqa: PLR0911 - one a kind
        name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
        if name == "conv2d":
            return self._of_convolution(node, inputs[0])
        if name in ("max_pool2d", "boolean_dispatch", "avg_pool2d"):
            return _of_pooling(node, inputs[0])
        if name in GLOBAL:
            return WHOLE
        if name == "linear":
            return self._of_vector(node)
        if name in REDUCE:
            return WHOLE if _spatial(node, self.env[node.all_input_nodes[0]]) else inputs[0]
        if name in REGROUP or name in TURN:
            return self._of_layout(node, str(name), inputs[0], value)
        if name in KEEP:
            return inputs[0]
        if name in JOIN:
            return _join(self._trunk(node) or inputs)
        return UNKNOWN

    def _of_layout(self, node: fx.Node, name: str, window: Window, value: Any) -> Window:
        """A change of shape: rows and columns that stay the last two axes keep their window, vectors are whole."""
        source = self.env[node.all_input_nodes[0]]
        first = next(one for one in _each(value) if isinstance(one, Tensor))
        if not isinstance(source, Tensor):  # one of several outputs
            return window
        if first.dim() == 2 and name in REGROUP:
            return WHOLE
        kept = first.dim() >= 3 and source.dim() >= 3 and first.shape[-2:] == source.shape[-2:]
        if name in TURN:
            kept = kept and _keeps_last(name, node, source.dim())
        return window if kept else UNKNOWN

    def _trunk(self, node: fx.Node) -> list[Window]:
        """The windows of a product's factors without its gates, which are one number a channel."""
        sources = [source for source in node.all_input_nodes if source in self.windows]
        return [self.windows[source] for source in sources if not _is_gate(node, self.env[source])]

    def _of_convolution(self, node: fx.Node, window: Window) -> Window:
        weight = self.env[node.all_input_nodes[1]]
        values = dict(zip(("input", "weight", "bias", "stride", "padding", "dilation"), node.args, strict=False))
        values |= node.kwargs
        stride, padding, dilation = (
            _first(values.get(key, default)) for key, default in (("stride", 1), ("padding", 0), ("dilation", 1))
        )
        return _slide(window, weight.shape[-1], stride, padding, dilation)

    def _extent(self, node: fx.Node) -> int:
        value = self.env[node]
        return int(value.shape[-1])


def _each(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def _axes(node: fx.Node, default: Any = None) -> tuple[int, ...] | None:
    """The axes that a node's second argument or its `dim` names; None where it names none."""
    given = [one for one in node.args[1:] if not isinstance(one, bool | fx.Node)]
    axes = node.kwargs.get("dim", node.kwargs.get("dims", given or default))
    flat = [one for part in _each(axes) for one in _each(part)]
    return tuple(int(one) for one in flat if one is not None) or None


def _spatial(node: fx.Node, source: Tensor) -> bool:
    """Does a reduction run over rows or columns, the last two axes?"""
    axes = _axes(node)
    return axes is None or source.dim() < 3 or any(axis % source.dim() >= source.dim() - 2 for axis in axes)


def _keeps_last(name: str, node: fx.Node, dimensions: int) -> bool:
    """Do the last two axes stay where they are?"""
    axes = [axis % dimensions for axis in _axes(node) or ()]
    last = [dimensions - 2, dimensions - 1]
    return axes[-2:] == last if name == "permute" else not set(axes) & set(last)


def _is_gate(node: fx.Node, value: Tensor) -> bool:
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    return name in PRODUCT and value.dim() == 4 and value.shape[-2:] == (1, 1)


def _of_pooling(node: fx.Node, window: Window) -> Window:
    values = dict(zip(("input", "kernel_size", "stride", "padding"), node.args, strict=False)) | node.kwargs
    kernel = _first(values["kernel_size"])
    return _slide(window, kernel, _first(values.get("stride") or kernel), _first(values.get("padding", 0)), 1)


def _slide(window: Window, kernel: int, stride: int, padding: int, dilation: int) -> Window:
    if window.size == 0:
        return window
    return Window(
        start=window.start - padding * window.stride,
        stride=window.stride * stride,
        size=window.size + (kernel - 1) * dilation * window.stride,
    )


def _join(windows: Iterable[Window]) -> Window:
    """The smallest window that contains all; the whole image if one is the whole image."""
    all_windows = list(windows)
    if not all(window.known for window in all_windows):
        return UNKNOWN
    if any(window.size == 0 for window in all_windows):
        return WHOLE
    start = min(window.start for window in all_windows)
    end = max(window.start + window.size for window in all_windows)
    return Window(start, max(window.stride for window in all_windows), end - start)


def _conv_padding(conv: nn.Conv2d, extent: int) -> int:
    """Pixels padded on the left."""
    same = same_padding(conv, extent)
    return _first(conv.padding) if same is None else same // 2


def _first(value: Any) -> int:
    return int(value[0] if isinstance(value, tuple | list) else value)
