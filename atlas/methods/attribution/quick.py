"""A folded graph prepared for many passes: convolutions fused with their ReLU, and a backward pass in its own format.

Whether a ReLU is open is decided by the forward pass, and gradients are sensitive to it: with a forward pass in
bfloat16, maps of EfficientNet-Lite0 correlate by 0.7 with those of float32. Gradients themselves can be rounded:
with a forward pass in float32 and a backward pass in bfloat16 the correlation is above 0.998. So the two passes have a
number format each, and a forward pass in bfloat16 is for scores alone. It begins with the last maps of half of the
image's side: before, each response is a sum of few inputs, and rounding weighs most.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn

from atlas.methods.attribution.prepared import LAST, Linear, prepared
from atlas.methods.attribution.propagation import attribute_of, function_of
from atlas.methods.visualize.graph import Clamp, Tap


class Quick(nn.Module):
    """The function of a folded graph: float32 images [B, 3, S, S] to the response, float32, with a gradient.

    `forward` and `backward` are the formats of the two passes; only with a float32 forward pass has it a gradient.
    `size` is the side of images to come.
    """

    def __init__(self, graph: fx.GraphModule, forward: torch.dtype, backward: torch.dtype, size: int) -> None:
        super().__init__()
        self.graph: fx.GraphModule = _without_taps(graph)
        self.formats = forward, backward
        self.images, self.end = _ends(self.graph)
        self.steps = _steps(self.graph, backward)
        self.last_reader = {source: step for step in self.steps for source in step.sources}
        self.narrow: _Step | None = None  # the first one in another format than float32
        if forward != torch.float32:
            self._narrow_from(_last_large(self, size), forward)

    def _narrow_from(self, first: int, dtype: torch.dtype) -> None:
        """Compute all steps from number `first` on in `dtype`."""
        early = {id(module) for step in self.steps[:first] for module in step.modules}
        late = [module for step in self.steps[first:] for module in step.modules]
        if any(id(module) in early and list(module.parameters()) for module in late):
            first = 0  # a layer is used on both sides
        for module in {id(module): module for step in self.steps[first:] for module in step.modules}.values():
            _round_weights(module, dtype)
            module.to(dtype=dtype)
        self.steps = _steps(self.graph, self.formats[1])  # anew: convolutions keep what they prepared
        self.last_reader = {source: step for step in self.steps for source in step.sources}
        self.narrow = self.steps[first]

    def forward(self, images: Tensor) -> Tensor:
        if not torch.is_grad_enabled() or not images.requires_grad:
            with torch.no_grad():
                return self.run(images, None)
        if self.narrow is not None:
            raise ValueError(f"a forward pass in {self.formats[0]} is for scores without gradients")
        try:
            response: Tensor = _Passes.apply(images, self)  # type: ignore[no-untyped-call]
        except _Several:
            response = self.graph(images)
        return response

    def run(self, images: Tensor, tape: list[Any] | None) -> Tensor:
        """The response; what the backward pass needs of each step is appended to `tape`."""
        values: dict[fx.Node, Any] = {self.images: images.contiguous(memory_format=LAST)}
        for step in self.steps:
            if step is self.narrow:
                values = {node: _narrowed(value, self.formats[0]) for node, value in values.items()}
            values[step.node], kept = step.forward(values, keep=tape is not None)
            if tape is not None:
                tape.append(kept)
            for source in step.sources:
                if self.last_reader[source] is step:
                    del values[source]
        response: Tensor = values[self.end]
        return response.float()

    def back(self, tape: list[Any], signal: Tensor) -> Tensor:
        """The gradient of the images from that of the response."""
        signals: dict[fx.Node, Tensor] = {self.end: signal.to(self.formats[1], copy=True)}  # steps overwrite signals
        for step in reversed(self.steps):
            kept = tape.pop()
            if kept is None or step.node not in signals:
                continue
            for source, part in step.backward(signals.pop(step.node), kept):
                signals[source] = signals[source].add_(part) if source in signals else part
        return signals[self.images].float()


class _Several(Exception):
    """An operation has several outputs; the graph's own gradient is taken."""


class _Passes(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, quick: Quick) -> Tensor:
        ctx.quick, ctx.tape = quick, []
        return quick.run(images, ctx.tape)

    @staticmethod
    def backward(ctx: Any, *signals: Tensor) -> tuple[Tensor, None]:
        return ctx.quick.back(ctx.tape, signals[0]), None


@dataclass(frozen=True, eq=False)
class _Step:
    """One operation, by a graph of gradients of its own; `node` has its output."""

    node: fx.Node
    sources: tuple[fx.Node, ...]
    module: nn.Module | None

    @property
    def modules(self) -> Sequence[nn.Module]:
        """The modules that it calls."""
        return () if self.module is None else (self.module,)

    def forward(self, values: dict[fx.Node, Any], *, keep: bool) -> tuple[Any, Any]:
        """The output, and what `backward` needs: None where nothing depends on the images."""
        inputs = {source: values[source] for source in self.sources}
        if keep:
            inputs = {source: _leaf(value) for source, value in inputs.items()}
        with torch.set_grad_enabled(keep):
            args, kwargs = fx.node.map_arg((self.node.args, self.node.kwargs), inputs.__getitem__)
            output = function_of(self.node, self.module)(*args, **kwargs)
        if isinstance(output, tuple | list) and any(map(_differs, output)):
            raise _Several
        if not keep or not isinstance(output, Tensor) or not output.requires_grad:
            return output, None
        return output.detach(), (output, [(source, leaf) for source, leaf in inputs.items() if _differs(leaf)])

    def backward(self, signal: Tensor, kept: Any) -> Sequence[tuple[fx.Node, Tensor]]:
        output, leaves = kept
        signal_ = signal.to(output.dtype)
        found = torch.autograd.grad(output, [leaf for _, leaf in leaves], signal_, allow_unused=True)
        pairs = zip(leaves, found, strict=True)
        return [(source, part.to(signal.dtype)) for (source, _), part in pairs if part is not None]


@dataclass(frozen=True, eq=False)
class _Constant(_Step):
    """A tensor of the graph itself."""

    value: Tensor

    def forward(self, values: dict[fx.Node, Any], *, keep: bool) -> tuple[Any, Any]:
        return self.value, None


class _Sum(_Step):
    """The sum of two values, without a graph of gradients where they have one shape."""

    def forward(self, values: dict[fx.Node, Any], *, keep: bool) -> tuple[Any, Any]:
        one, two = (values[source] for source in self.sources)
        return (one + two, ()) if one.shape == two.shape else super().forward(values, keep=keep)

    def backward(self, signal: Tensor, kept: Any) -> Sequence[tuple[fx.Node, Tensor]]:
        if kept:
            return super().backward(signal, kept)
        return list(zip(self.sources, (signal, signal.clone()), strict=True))


@dataclass(frozen=True, eq=False)
class _Clamped(_Step):
    """A ReLU, alone or behind the linear operation `linear`."""

    clamp: Clamp | None
    linear: Linear | None
    format: torch.dtype

    @property
    def modules(self) -> Sequence[nn.Module]:
        return super().modules if self.linear is None else (self.linear.module,)

    def forward(self, values: dict[fx.Node, Any], *, keep: bool) -> tuple[Any, Any]:
        x = values[self.sources[0]]
        if self.linear is None:
            output = x.clamp(self.clamp.low, self.clamp.high) if self.clamp else x
        else:
            output = self.linear(x, self.clamp)
        shape = x.shape
        return output, (output.to(self.format) if keep and self.clamp else None, shape) if keep else None

    def backward(self, signal: Tensor, kept: Any) -> Sequence[tuple[fx.Node, Tensor]]:
        output, shape = kept
        if self.clamp is not None:
            signal = _passed(self.clamp, signal.contiguous(memory_format=_format(signal)), output)
        return [(self.sources[0], signal if self.linear is None else self.linear.back(signal, shape))]


def _steps(graph: fx.GraphModule, backward: torch.dtype) -> list[_Step]:
    """The operations in their order, a ReLU as one with the convolution before it."""
    modules = dict(graph.named_modules())
    steps: list[_Step] = []
    fused: dict[fx.Node, Linear] = {}  # convolutions that wait for their ReLU
    for node in graph.graph.nodes:
        if node.op in ("placeholder", "output"):
            continue
        module = modules[str(node.target)] if node.op == "call_module" else None
        sources = tuple(node.all_input_nodes)
        if node.op == "get_attr":
            steps.append(_Constant(node, (), None, attribute_of(graph, str(node.target))))
        elif linear := prepared(module, backward):
            readers = list(node.users)
            if len(readers) == 1 and isinstance(modules.get(str(readers[0].target)), Clamp):
                fused[node] = linear
            else:
                steps.append(_Clamped(node, sources, module, None, linear, backward))
        elif isinstance(module, Clamp):
            waiting = fused.get(sources[0])
            sources = sources[0].all_input_nodes if waiting else sources
            steps.append(_Clamped(node, tuple(sources), module, module, waiting, backward))
        elif _sums(node) and len(sources) == 2:
            steps.append(_Sum(node, sources, module))
        else:
            steps.append(_Step(node, sources, module))
    return steps


def _passed(clamp: Clamp, signal: Tensor, output: Tensor) -> Tensor:
    """The gradient of a ReLU, which overwrites the signal."""
    if clamp.high == float("inf"):
        torch.ops.aten.threshold_backward.grad_input(signal, output, clamp.low, grad_input=signal)
    else:
        torch.ops.aten.hardtanh_backward.grad_input(signal, output, clamp.low, clamp.high, grad_input=signal)
    return signal


def _sums(node: fx.Node) -> bool:
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    return node.op != "call_module" and name in ("add", "iadd", "add_") and not node.kwargs


def _without_taps(graph: fx.GraphModule) -> fx.GraphModule:
    found = copy.deepcopy(graph)
    for node in list(found.graph.nodes):
        if node.op == "call_module" and isinstance(found.get_submodule(str(node.target)), Tap):
            node.replace_all_uses_with(node.args[0])
            found.graph.erase_node(node)
    found.recompile()
    return found


def _last_large(quick: Quick, size: int) -> int:
    """The number of the step that makes what the first map of less than half of the image's side is made of."""
    values: dict[fx.Node, Any] = {quick.images: torch.zeros(1, 3, size, size)}
    for number, step in enumerate(quick.steps):
        with torch.no_grad():
            output, _ = step.forward(values, keep=False)
        values[step.node] = output
        if isinstance(output, Tensor) and (output.ndim != 4 or 2 * output.shape[-1] < size):
            numbers = {step.node: number for number, step in enumerate(quick.steps)}
            return min((numbers.get(source, 0) for source in step.sources), default=0)
    return 0


def _narrowed(value: Any, dtype: torch.dtype) -> Any:
    return value.to(dtype) if isinstance(value, Tensor) and value.is_floating_point() else value


def _round_weights(module: nn.Module, dtype: torch.dtype) -> None:
    """Round the weights of a convolution so that the sum of each filter stays: each takes the error of the one before.

    Responses are positive and smooth, so errors of a filter's sum are what matters most: with nine weights that are
    rounded one by one, the depthwise convolutions of EfficientNet-Lite0 make nearly all of the error of bfloat16.
    """
    if isinstance(module, nn.Conv2d):
        filters = module.weight.flatten(1)
        error = torch.zeros_like(filters[:, 0])
        for column in filters.unbind(1):  # parts of the weight itself
            wanted = column + error
            column.copy_(wanted.to(dtype))
            error = wanted - column


def _ends(graph: fx.GraphModule) -> tuple[fx.Node, fx.Node]:
    nodes = list(graph.graph.nodes)
    return next(node for node in nodes if node.op == "placeholder"), nodes[-1].args[0]


def _differs(value: Any) -> bool:
    return isinstance(value, Tensor) and value.requires_grad


def _leaf(value: Any) -> Any:
    if isinstance(value, Tensor) and value.is_floating_point():
        return value.detach().requires_grad_()
    return value


def _format(signal: Tensor) -> torch.memory_format:
    return LAST if signal.ndim == 4 else torch.contiguous_format
