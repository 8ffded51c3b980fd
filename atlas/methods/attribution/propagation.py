"""A backward pass by rules: the operations of a folded graph, each with its own rule for the signal that comes back.

Deconvnet, guided backpropagation, DeepLift and LRP differ from the gradient in the rule of some operations only. The
forward pass is recorded operation by operation, each as a small graph of gradients of its own; nothing is hooked.
Since the graph is traced, in-place, functional and reused ReLUs are operations like any other.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn

from atlas.methods.attribution.method import NotValid
from atlas.methods.visualize.graph import Clamp, Scale, Tap
from atlas.networks.modules.lrn import LocalResponseNorm

KINDS: dict[str, tuple[type, ...]] = {
    "linear": (nn.Conv2d, nn.Linear),
    "scale": (Scale,),
    "clamp": (Clamp, nn.ReLU, nn.ReLU6),
    "norm": (LocalResponseNorm, nn.LocalResponseNorm),
    "max": (nn.MaxPool2d, nn.AdaptiveMaxPool2d),
    "mean": (nn.AvgPool2d, nn.AdaptiveAvgPool2d),
    "shape": (nn.Flatten, nn.Identity, nn.Dropout, nn.Dropout2d, nn.ChannelShuffle, nn.ZeroPad2d, Tap),
    "activation": (nn.Sigmoid, nn.Tanh, nn.SiLU, nn.GELU, nn.ELU, nn.LeakyReLU, nn.Hardsigmoid, nn.Hardswish, nn.Mish),
}
NAMES = {
    "max": {"max_pool2d", "adaptive_max_pool2d", "boolean_dispatch", "amax"},
    "mean": {"mean", "avg_pool2d", "adaptive_avg_pool2d"},
    "sum": {"add", "iadd"},
    "product": {"mul", "imul"},
    "shape": {"flatten", "view", "reshape", "permute", "transpose", "cat", "concat", "expand", "expand_as", "getitem",
              "chunk", "split", "squeeze", "unsqueeze", "contiguous", "pad", "dropout", "clone", "to", "float"},
    "activation": {"sigmoid", "tanh", "silu", "gelu", "elu", "leaky_relu", "hardsigmoid", "hardswish", "mish"},
}  # fmt: skip
APART = {operator.iadd: operator.add, operator.imul: operator.mul}  # in place would overwrite what is recorded


@dataclass(frozen=True)
class Operation:
    """One operation of a recorded pass: `output` as a function of `inputs`, those values that depend on the images."""

    node: fx.Node
    name: str  # the path of its module, else that of its function
    kind: str  # a key of KINDS or NAMES, else "other"
    module: nn.Module | None
    sources: tuple[fx.Node, ...]
    inputs: tuple[Tensor, ...]
    output: Tensor
    call: Callable[..., Tensor]

    def pull(self, signal: Tensor) -> tuple[Tensor | None, ...]:
        """The gradient: the signal of each input from that of the output."""
        return torch.autograd.grad(self.output, self.inputs, signal, retain_graph=True, allow_unused=True)

    def again(self, *inputs: Tensor) -> Tensor:
        """The operation with other inputs of the same shapes."""
        return self.call(*inputs)


Rule = Callable[[Operation, Tensor], Sequence[Tensor | None]]


def gradient(operation: Operation, signal: Tensor) -> Sequence[Tensor | None]:
    """The rule of the plain gradient."""
    return operation.pull(signal)


class Recorded:
    """A forward pass of `graph` over images [B, 3, S, S], operation by operation."""

    def __init__(self, graph: fx.GraphModule, images: Tensor) -> None:
        self.operations: dict[fx.Node, Operation] = {}
        self._modules = dict(graph.named_modules())
        self._values: dict[fx.Node, Any] = {}
        for node in graph.graph.nodes:
            if node.op == "placeholder":
                self.images = node
                self._values[node] = images.detach().contiguous(memory_format=torch.channels_last)
            elif node.op == "get_attr":
                self._values[node] = attribute_of(graph, node.target)
            elif node.op == "output":
                self.end = node.args[0]
            else:
                self._run(node)

    @property
    def response(self) -> Tensor:
        """The output of the graph."""
        response: Tensor = self._values[self.end]
        return response

    @property
    def last_maps(self) -> Operation:
        """The last operation that puts out maps and pools nothing. NotValid for a response without maps before it."""
        for operation in reversed(self.operations.values()):
            passes_on = operation.kind in ("max", "mean") or (operation.kind == "shape" and len(operation.sources) == 1)
            if not passes_on and operation.output.ndim == 4 and operation.output[0, 0].numel() > 1:
                return operation
        raise NotValid("No operation puts out maps.")

    def back(
        self, signal: Tensor, rule: Rule, layers: dict[str, Tensor] | None = None, *, to: fx.Node | None = None
    ) -> Tensor:
        """The signal of the images, or of the operation `to`, from that of the response.

        `layers` receives the signals of all tapped layers on the way.
        """
        signals: dict[fx.Node, Tensor] = {self.end: signal}
        for node, operation in reversed(self.operations.items()):
            if node is to:
                break
            if node not in signals:
                continue
            signal = signals.pop(node)
            if layers is not None and isinstance(operation.module, Tap):
                layers[operation.module.layer] = signal
            for source, part in zip(operation.sources, rule(operation, signal), strict=True):
                if part is not None:
                    signals[source] = signals[source] + part if source in signals else part
        return signals[self.images if to is None else to]

    def _run(self, node: fx.Node) -> None:
        values = self._values
        sources = tuple(source for source in node.all_input_nodes if self._depends(source))
        inputs = tuple(values[source].detach().requires_grad_() for source in sources)

        module = self._modules[str(node.target)] if node.op == "call_module" else None
        function = function_of(node, module)

        def call(*others: Tensor) -> Any:
            given = values | dict(zip(sources, others, strict=True))
            args, kwargs = fx.node.map_arg((node.args, node.kwargs), given.__getitem__)
            return function(*args, **kwargs)

        with torch.enable_grad():
            output = call(*inputs)
        if isinstance(output, tuple | list) and any(isinstance(part, Tensor) for part in output):
            raise NotValid(f"{node.name} returns several tensors, which no rule of this method covers.")
        values[node] = output.detach() if isinstance(output, Tensor) else output
        if isinstance(output, Tensor) and output.requires_grad:
            name = str(node.target) if module is not None else node.name
            kind = _kind(node, module)
            self.operations[node] = Operation(node, name, kind, module, sources, inputs, output, call)

    def _depends(self, node: fx.Node) -> bool:
        """Whether the value of `node` depends on the images and has a gradient."""
        return node is self.images or node in self.operations


def function_of(node: fx.Node, module: nn.Module | None) -> Callable[..., Any]:
    """What `node` calls, out of place."""
    if module is not None:
        if not getattr(module, "inplace", False):
            return module
        apart = copy.copy(module)
        apart.inplace = False  # type: ignore[assignment]
        return apart
    if node.op == "call_method":
        return getattr(torch.Tensor, str(node.target).rstrip("_"))  # type: ignore[no-any-return]
    target: Any = node.target
    apart_function: Callable[..., Any] = APART.get(target, target)
    return apart_function


def _kind(node: fx.Node, module: nn.Module | None) -> str:
    if module is not None:
        return next((kind for kind, types in KINDS.items() if isinstance(module, types)), "other")
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    return next((kind for kind, names in NAMES.items() if name.rstrip("_") in names), "other")


def attribute_of(graph: fx.GraphModule, path: Any) -> Any:
    """The tensor of a graph at `path`."""
    value: Any = graph
    for part in str(path).split("."):
        value = getattr(value, part)
    return value


def rectifies(graph: fx.GraphModule) -> bool:
    """Whether a graph has a ReLU."""
    return any(isinstance(module, KINDS["clamp"]) for module in graph.modules())
