"""The one place where networks are hooked: `tap` reads outputs of layers during a forward pass, `put` replaces one."""

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
    """Call `receive(layer, output)` for every layer as its output is computed, before an in-place operation changes it.

    The output of the network stays equal to the bit, and no hook remains, not even after an exception. Calls of a
    module that is called several times in one pass are distinguished by `LayerSpec.call`.

    Raises:
        UnknownName: a path that the module does not have.
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
            of_path = [layer for layer in layers if layer.path == path]
            hooks.callback(modules[path].register_forward_hook(_hook(path, of_path, calls, receive)).remove)
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
    """Replace the output of `layer` by `value`; no hook remains, not even after an exception."""
    handle = module.get_submodule(layer.path).register_forward_hook(lambda *_: value)
    try:
        yield
    finally:
        handle.remove()
