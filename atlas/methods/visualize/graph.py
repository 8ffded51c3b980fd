"""Cut a network at one layer and fold its batch normalization: the same function of the image, with less work."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_weights

from atlas.core.errors import AtlasError
from atlas.core.specs import LayerSpec, Network
from atlas.networks.modules.lrn import LocalResponseNorm

PLAIN = {"__call__": nn.Module.__call__, "__getattr__": nn.Module.__getattr__}  # as they are while nothing is traced
CLAMPS = {"relu": (0.0, float("inf")), "relu_": (0.0, float("inf")), "relu6": (0.0, 6.0)}
LOOK = 1024  # values of an image's gradient that are tested first


def cut(network: Network, layer: LayerSpec, example: Tensor, taps: Sequence[LayerSpec] = ()) -> fx.GraphModule:
    """A copy of `network` (float32, after input normalization) that ends at `layer`, with folded batch normalization.

    The output is the layer's response: `[image, unit, height, width]` or `[image, unit]`. `example` is an input of the
    size to come: a branch on shapes (as in timm's VGG head) is decided for it. Each layer of `taps`, which the network
    reaches before `layer`, is followed by a `Tap`.

    Raises:
        AtlasError: the layer does not exist, is not reached, or depends on control flow that depends on values.
    """
    traced, nodes = trace(network, [*taps, layer], example)
    for tapped in taps:
        _tap(traced, tapped, nodes[tapped])
    graph = traced.graph
    _drop_dead(graph)
    _fold(traced)
    _clamp(traced)
    traced.delete_all_unused_submodules()
    traced.recompile()
    return traced.eval().requires_grad_(False)


def trace(
    network: Network, layers: Sequence[LayerSpec], example: Tensor
) -> tuple[fx.GraphModule, dict[LayerSpec, fx.Node]]:
    """A traced copy of `network` up to the last of `layers` that is reached, and the node of each layer's output.

    Raises AtlasError as `cut` does.
    """
    module = copy.deepcopy(network.module)
    known = dict(module.named_modules())
    for layer in layers:
        if layer.path not in known:
            raise AtlasError(f"{network.spec.name} has no module {layer.path!r}, which layer {layer.name!r} names.")
    _open_norms(module)
    tracer = _Tracer(layers, example)
    try:
        graph = tracer.trace(module)
    except (fx.proxy.TraceError, TypeError) as error:
        raise AtlasError(
            f"{network.spec.name} cannot be cut at {layers[-1].name} ({layers[-1].path}): {error}. "
            "Its forward must not branch on the values of the image."
        ) from error
    for layer in layers:
        if layer not in tracer.found:
            raise AtlasError(
                f"{network.spec.name} never makes call {layer.call} of {layer.path!r} (layer {layer.name!r})."
            )
    return fx.GraphModule(tracer.root, graph), tracer.found


class Tap(nn.Module):
    """The identity, which puts what passes through into `sink` under the layer's name while one is set."""

    def __init__(self, layer: str) -> None:
        super().__init__()
        self.layer = layer
        self.sink: dict[str, Tensor] | None = None

    @staticmethod
    def name(layer: LayerSpec) -> str:
        """The name of the submodule that taps `layer`."""
        return f"tap_{layer.name}".replace(".", "_").replace("-", "_")

    def forward(self, x: Tensor) -> Tensor:
        if self.sink is not None:
            self.sink[self.layer] = x
        return x


def _tap(traced: fx.GraphModule, layer: LayerSpec, node: fx.Node) -> None:
    """Put a `Tap` behind `node`."""
    name = Tap.name(layer)
    traced.add_submodule(name, Tap(layer.name))
    with traced.graph.inserting_after(node):
        tap = traced.graph.call_module(name, (node,))
    node.replace_all_uses_with(tap, delete_user_cb=lambda user: user is not tap)


class _Reached(Exception):
    """All layers have been reached; the rest need not be traced."""


class _Tracer(fx.Tracer):
    """Record calls until the module of every layer has been called; modules that wrap one kernel are leaves."""

    def __init__(self, layers: Sequence[LayerSpec], example: Tensor) -> None:
        super().__init__()
        self.wanted, self.example = {(layer.path, layer.call): layer for layer in layers}, example
        self.calls: dict[str, int] = defaultdict(int)
        self.found: dict[LayerSpec, fx.Node] = {}
        self.last: fx.Node | None = None

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        whole = isinstance(m, nn.Conv2d | nn.Linear | nn.BatchNorm2d | LocalResponseNorm)
        return whole or (not list(m.children()) and _is_torch(m))

    def call_module(self, m: nn.Module, forward: Any, args: Any, kwargs: Any) -> Any:
        path = self.path_of_module(m)
        output = super().call_module(m, forward, args, kwargs)
        layer = self.wanted.get((path, self.calls[path]))
        self.calls[path] += 1
        if layer is not None:
            self.found[layer] = self.last = output.node
            if len(self.found) == len(self.wanted):
                raise _Reached
        return output

    def trace(self, root: Any, concrete_args: dict[str, Any] | None = None) -> fx.Graph:
        try:
            return super().trace(root, concrete_args)
        except _Reached:
            self.graph.output(self.last)
            return self.graph

    def to_bool(self, obj: fx.Proxy) -> bool:
        """Decide a branch on shapes for the example."""
        return decide(self.root, self.graph, obj.node, self.example)


def decide(root: nn.Module, traced: fx.Graph, node: fx.Node, example: Tensor) -> bool:
    """The truth of `node` for `example`, by running the graph traced so far without fx's patches of modules."""
    graph = fx.Graph()
    copied: dict[fx.Node, fx.Node] = {}
    graph.graph_copy(traced, copied)
    graph.output(copied[node])
    with _plain_modules(), torch.no_grad():
        return bool(fx.GraphModule(root, graph)(example))


@contextmanager
def _plain_modules() -> Iterator[None]:
    """Undo what fx does to all modules while it traces one: it replaces methods of their class."""
    traced = {name: getattr(nn.Module, name) for name in PLAIN}
    try:
        for name, method in PLAIN.items():
            setattr(nn.Module, name, method)
        yield
    finally:
        for name, method in traced.items():
            setattr(nn.Module, name, method)


def _is_torch(module: nn.Module) -> bool:
    return type(module).__module__.startswith("torch.nn")


class _Norm(nn.Module):
    """timm's BatchNormAct2d taken apart, with the same child names, so that the parts can be folded."""

    def __init__(self, norm: Any) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(norm.num_features, eps=norm.eps)
        self.norm.load_state_dict(norm.state_dict())
        self.drop, self.act = norm.drop, norm.act

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.drop(self.norm(x)))  # type: ignore[no-any-return]


def _open_norms(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d) and hasattr(child, "drop") and hasattr(child, "act"):
            setattr(module, name, _Norm(child).eval())
        else:
            _open_norms(child)


def _drop_dead(graph: fx.Graph) -> None:
    for node in reversed(graph.nodes):
        if node.op not in ("output", "placeholder") and not node.users:
            graph.erase_node(node)


def _fold(traced: fx.GraphModule) -> None:
    """Fold each batch normalization into the convolution before it, else replace it by scale and shift."""
    modules = dict(traced.named_modules())
    seen: set[str] = set()
    for node in list(traced.graph.nodes):
        if node.op != "call_module":
            continue
        module = modules[node.target]
        if isinstance(module, nn.Identity | nn.Dropout):
            node.replace_all_uses_with(node.args[0])
            traced.graph.erase_node(node)
        elif isinstance(module, nn.BatchNorm2d):
            before = node.args[0]
            conv = modules.get(before.target) if before.op == "call_module" else None
            if isinstance(conv, nn.Conv2d) and len(before.users) == 1 and before.target not in seen:
                _fold_pair(conv, module)
                seen.add(before.target)
                node.replace_all_uses_with(before)
                traced.graph.erase_node(node)
            else:
                traced.add_submodule(node.target, Scale(module))


def _fold_pair(conv: nn.Conv2d, norm: Any) -> None:
    conv.weight, conv.bias = fuse_conv_bn_weights(
        conv.weight, conv.bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
    )


class Scale(nn.Module):
    """Batch normalization with fixed statistics: one multiplication and one addition per channel."""

    def __init__(self, norm: Any) -> None:
        super().__init__()
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        self.scale = nn.Parameter(scale[:, None, None])
        self.shift = nn.Parameter((norm.bias - norm.running_mean * scale)[:, None, None])

    def forward(self, x: Tensor) -> Tensor:
        return torch.addcmul(self.shift, x, self.scale)


class Clamp(nn.Module):
    """ReLU (high = inf) or ReLU6 whose gradient can be redirected, as lucid does for dead starts.

    This holds for what is computed while `watched` is set: while `redirect` is set in the backward pass, an image whose
    gradient is zero everywhere here gets the incoming gradient wherever that moves a clamped value back into range.
    With `inplace` the output overwrites the input.
    """

    def __init__(self, low: float, high: float, *, inplace: bool = False) -> None:
        super().__init__()
        self.low, self.high, self.inplace = low, high, inplace
        self.watched = self.redirect = False

    def forward(self, x: Tensor) -> Tensor:
        if self.watched:
            return _Watched.apply(x, self)  # type: ignore[no-any-return, no-untyped-call]
        if self.high == float("inf"):
            return functional.relu(x, self.inplace)
        return functional.hardtanh(x, self.low, self.high, self.inplace)

    def passed(self, gradient: Tensor, output: Tensor) -> Tensor:
        """The gradient without redirection, by the kernels of autograd, so that strides and bits are the same."""
        if self.high == float("inf"):
            return torch.ops.aten.threshold_backward(gradient, output, self.low)  # type: ignore[no-any-return]
        return torch.ops.aten.hardtanh_backward(gradient, output, self.low, self.high)  # type: ignore[no-any-return]


class _Watched(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, clamp: Clamp) -> Tensor:
        if clamp.inplace:
            ctx.mark_dirty(x)
        output = x.clamp_(clamp.low, clamp.high) if clamp.inplace else x.clamp(clamp.low, clamp.high)
        ctx.save_for_backward(output)  # at a bound where the input was at or beyond it
        ctx.clamp = clamp
        return output

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (output,), (gradient,), clamp = ctx.saved_tensors, gradients, ctx.clamp
        passed = clamp.passed(gradient, output)
        if clamp.redirect and (dead := _dead(passed)).any():  # few images are dead, so only they are indexed
            passed[dead] = _inward(output[dead], gradient[dead], clamp.low, clamp.high)
        return passed, None


def _dead(gradient: Tensor) -> Tensor:
    """Whether the gradient of an image is zero `[image]`; nearly all others have another value among the first ones."""
    values = gradient.movedim(1, -1).flatten(1)  # in the order of memory
    dead = ~values[:, :LOOK].any(dim=1)
    if dead.any():
        dead[dead.clone()] = ~values[dead].any(dim=1)
    return dead


def _inward(clamped: Tensor, gradient: Tensor, low: float, high: float) -> Tensor:
    """The gradient where it moves a clamped value back into range; the loss is minimized."""
    away = ((clamped <= low) & (gradient > 0)) | ((clamped >= high) & (gradient < 0))
    return gradient.masked_fill(away, 0)


def _clamp(traced: fx.GraphModule) -> None:
    """Replace every ReLU and ReLU6, module or function, by a Clamp, in place where nothing else reads its input."""
    modules = dict(traced.named_modules())
    for node in list(traced.graph.nodes):
        module = modules.get(node.target) if node.op == "call_module" else None
        if node.op == "call_module":
            kind = type(module).__name__.lower() if isinstance(module, nn.ReLU | nn.ReLU6) else ""
        else:
            kind = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
        if node.op in ("call_module", "call_function", "call_method") and kind in CLAMPS:
            name = f"clamp_{node.name}"
            traced.add_submodule(name, Clamp(*CLAMPS[kind], inplace=_is_own(node.args[0], modules)))
            with traced.graph.inserting_before(node):
                node.replace_all_uses_with(traced.graph.call_module(name, (node.args[0],)))
            traced.graph.erase_node(node)


def _is_own(node: fx.Node, modules: dict[str, nn.Module]) -> bool:
    """Whether `node` allocates its output, which one other node reads and no gradient needs."""
    allocates = node.op == "call_module" and isinstance(modules[str(node.target)], nn.Conv2d | nn.Linear | Scale)
    return allocates and len(node.users) == 1
