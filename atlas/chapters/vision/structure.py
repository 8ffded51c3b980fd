"""The structure of a network, traced from its forward pass: its parts, the inputs of each, their cost.

Normalizations that can be folded, activations, dropout and reshapes belong to the part before them; everything else is
a part.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.fx.passes.shape_prop import ShapeProp, TensorMetadata

from atlas.core.errors import AtlasError
from atlas.core.report import Part, Structure
from atlas.core.specs import LayerSpec, Network
from atlas.methods.visualize.graph import decide


def structure(network: Network, device: str = "cpu") -> Structure:
    """The structure of `network`. Raises AtlasError where its forward pass branches on the values of an image."""
    side = network.spec.input_size
    image = torch.zeros(1, 3, side, side, device=device)
    tracer = _Tracer(image)
    try:
        graph = tracer.trace(network.module)
    except (fx.proxy.TraceError, TypeError) as error:
        raise AtlasError(
            f"The structure of {network.spec.name} cannot be traced: {error}. Its forward must not branch on values."
        ) from error
    traced = fx.GraphModule(network.module, graph)
    with torch.inference_mode():
        ShapeProp(traced).propagate(image)  # type: ignore[no-untyped-call]
    walk = _Walk(dict(network.module.named_modules()))
    for node in graph.nodes:
        walk.visit(node)
    parts = walk.parts(tracer.outputs, network.spec.layers)
    return Structure(parts, multiply_adds(network.module, side, device), first_filters(network.module))


def first_filters(module: nn.Module) -> Any:
    """[F, inputs, k, k] float32: the weights of the first convolution."""
    first = next(part for part in module.modules() if isinstance(part, nn.Conv2d))
    return first.weight.detach().float().cpu().numpy()


def multiply_adds(module: nn.Module, size: int, device: str = "cpu") -> int:
    """Multiply-adds of all convolutions and matrix products for one image of `size` pixels square."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        module.eval()(torch.zeros(1, 3, size, size, device=device))
    return int(counter.get_total_flops()) // 2


COMPOSED = (  # modules of many operations that are one part: part of the name of their class, kind, words
    ("ResponseNorm", "norm", "local response normalization"),
    ("SEModule", "gate", "squeeze-and-excitation"),
    ("SqueezeExcit", "gate", "squeeze-and-excitation"),
)


class _Tracer(fx.Tracer):
    """Records all calls, and which node each module returned, by its path and the index of the call."""

    def __init__(self, example: Tensor) -> None:
        super().__init__()
        self.example = example
        self.outputs: dict[tuple[str, int], fx.Node] = {}

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        of_torch = type(m).__module__.startswith("torch.nn") and not list(m.children())
        composed = any(name in type(m).__name__ for name, _, _ in COMPOSED)
        return of_torch or composed or isinstance(m, nn.Conv2d | nn.Linear | nn.BatchNorm2d)

    def call_module(self, m: nn.Module, forward: Any, args: Any, kwargs: Any) -> Any:
        output = super().call_module(m, forward, args, kwargs)
        path = self.path_of_module(m)
        call = sum(1 for seen, _ in self.outputs if seen == path)
        if isinstance(output, fx.Proxy):
            self.outputs[path, call] = output.node
        return output

    def to_bool(self, obj: fx.Proxy) -> bool:
        """Decide a branch on shapes."""
        return decide(self.root, self.graph, obj.node, self.example)


POOLS = {
    "max_pool2d": "max pool",
    "boolean_dispatch": "max pool",
    "avg_pool2d": "mean pool",
    "adaptive_avg_pool2d": "global mean",
    "mean": "global mean",
    "adaptive_max_pool2d": "global maximum",
}
SUMS, JOINS, GATES = {"add", "iadd", "add_"}, {"cat", "concat"}, {"mul", "imul", "mul_"}


class _Walk:
    """Turns nodes into parts; a node that is no part of its own belongs to the part that it continues."""

    def __init__(self, modules: dict[str, nn.Module]) -> None:
        self.modules = modules
        self.records: list[dict[str, Any]] = []
        self.index: dict[fx.Node, int] = {}

    def visit(self, node: fx.Node) -> None:
        after = tuple(dict.fromkeys(self.index[source] for source in node.all_input_nodes if source in self.index))
        part = self._part(node, after) if _shape(node) is not None else None
        if part is not None:
            self.index[node] = len(self.records)
            units, side = _units(node)
            self.records.append({**part, "units": units, "side": side, "after": after})
        elif after:
            self.index[node] = after[0]

    def _part(self, node: fx.Node, after: tuple[int, ...]) -> dict[str, Any] | None:
        if node.op == "placeholder":
            return _part("input", "image")
        if node.op == "call_module":
            return _module_part(self.modules[str(node.target)])
        if node.op in ("call_function", "call_method"):
            name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
            return _function_part(name, len(after))
        return None

    def parts(self, outputs: dict[tuple[str, int], fx.Node], layers: tuple[LayerSpec, ...]) -> tuple[Part, ...]:
        """All parts, with the layers that are read at each."""
        read: dict[int, list[str]] = {}
        for layer in layers:
            path = layer.path
            while path and (path, layer.call) not in outputs:  # inside a module that is one part
                path = path.rpartition(".")[0]
            if path:
                read.setdefault(self.index[outputs[path, layer.call]], []).append(layer.name)
        return tuple(Part(**record, layers=tuple(read.get(i, ()))) for i, record in enumerate(self.records))


def _part(kind: str, words: str, kernel: int = 0) -> dict[str, Any]:
    return {"kind": kind, "words": words, "kernel": kernel}


def _function_part(name: str, inputs: int) -> dict[str, Any] | None:
    if name in POOLS:
        return _part("pool", POOLS[name])
    if inputs > 1:
        for names, kind, words in ((SUMS, "sum", "sum"), (JOINS, "join", "side by side"), (GATES, "gate", "gate")):
            if name in names:
                return _part(kind, words)
    return None


def _module_part(module: nn.Module) -> dict[str, Any] | None:
    name = type(module).__name__
    if isinstance(module, nn.Conv2d):
        return _part("convolution", _convolution(module), _first(module.kernel_size))
    if isinstance(module, nn.Linear):
        return _part("linear", "fully connected")
    if isinstance(module, nn.MaxPool2d | nn.AvgPool2d):
        what, kernel = "max" if isinstance(module, nn.MaxPool2d) else "mean", _first(module.kernel_size)
        return _part("pool", f"{what} pool {kernel} × {kernel}{_stride(module)}", kernel)
    if isinstance(module, nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d):
        return _part("pool", f"global {'mean' if 'Avg' in name else 'maximum'}")
    for wanted, kind, words in COMPOSED:
        if wanted in name:
            return _part(kind, words)
    return None


def _convolution(module: nn.Conv2d) -> str:
    kernel, groups = _first(module.kernel_size), module.groups
    split = ", depthwise" if groups == module.in_channels and groups > 1 else f", {groups} groups" if groups > 1 else ""
    return f"{kernel} × {kernel}{_stride(module)}{split}"


def _stride(module: Any) -> str:
    stride = _first(module.stride)
    return f", stride {stride}" if stride > 1 else ""


def _first(value: Any) -> int:
    return int(value[0] if isinstance(value, tuple | list) else value)


def _shape(node: fx.Node) -> tuple[int, ...] | None:
    meta = node.meta.get("tensor_meta")
    return tuple(meta.shape) if isinstance(meta, TensorMetadata) else None


def _units(node: fx.Node) -> tuple[int, int]:
    """Units and side of the map that comes out (0 = a vector)."""
    shape = _shape(node) or (1, 0)
    return int(shape[1]), int(shape[2]) if len(shape) == 4 and shape[2] > 1 else 0
