"""The one place that hooks: `with tap(module, layers, receive):` calls `receive(layer, tensor)` during each forward pass; `put` changes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from atlas.core.errors import UnknownName
from atlas.core.specs import LayerSpec

if TYPE_CHECKING:
    from torch import Tensor, nn

Receive = Callable[[LayerSpec, "Tensor"], None]


@contextmanager
def tap(module: nn.Module, layers: Sequence[LayerSpec], receive: Receive) -> Iterator[None]:
    """Hand every layer's output to `receive` as it is computed, before anything in place can change it.

    The network's own output stays bit-equal, and no hook is left behind, after an exception neither. A module that
    fires several times in one pass is told apart by `LayerSpec.call`. Raises UnknownName for a path that the module
    does not have.
    """
    modules = dict(module.named_modules())
    with ExitStack() as hooks:
        calls: dict[str, int] = {}

        def reset(_module: nn.Module, _inputs: Any) -> None:
            calls.clear()

        hooks.callback(module.register_forward_pre_hook(reset).remove)
        for path in dict.fromkeys(layer.path for layer in layers):
            if path not in modules:
                raise UnknownName(f"module path of {type(module).__name__}", path, modules)
            here = [layer for layer in layers if layer.path == path]
            hooks.callback(modules[path].register_forward_hook(_hook(path, here, calls, receive)).remove)
        yield


def _hook(path: str, layers: Sequence[LayerSpec], calls: dict[str, int], receive: Receive) -> Callable[..., None]:
    def hook(_module: nn.Module, _inputs: Any, output: Tensor) -> None:
        call = calls[path] = calls.get(path, -1) + 1
        for layer in layers:
            if layer.call == call:
                receive(layer, output)

    return hook


@contextmanager
def put(module: nn.Module, layer: LayerSpec, value: Tensor) -> Iterator[None]:
    """Make `layer` put out `value`, whatever it computed; no hook is left behind, after an exception neither."""
    handle = module.get_submodule(layer.path).register_forward_hook(lambda *_: value)
    try:
        yield
    finally:
        handle.remove()
