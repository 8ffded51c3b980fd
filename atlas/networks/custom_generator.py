"""A custom generator: a TorchScript program, or code that builds the module."""

from __future__ import annotations

import warnings
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.core.errors import ConfigError, WeightsError

if TYPE_CHECKING:
    from torch import nn

FAILURES = (Exception, SystemExit)  # of the user's code: `sys.exit` would end the program without a word


def script(file: str) -> nn.Module:
    """The program of a TorchScript file, with the weights in it."""
    import torch

    try:
        with warnings.catch_warnings():  # torch would rather see torch.export, which fixes the size of the batch
            warnings.simplefilter("ignore", FutureWarning)
            module: nn.Module = torch.jit.load(file, map_location="cpu")  # type: ignore[no-untyped-call]
    except (RuntimeError, ValueError, OSError) as error:
        raise WeightsError(
            f"{file} cannot be read as TorchScript ({reason(error)}). Write it with "
            "torch.jit.save(torch.jit.trace(generator.eval(), z), FILE), or name `module` and `weights` instead."
        ) from error
    return module


def built(code: str) -> nn.Module:
    """The module that `package.module:callable` builds, without its weights; ConfigError for what builds none."""
    from torch import nn

    build = callable_of(code)
    try:
        module = build()
    except FAILURES as error:  # it is the user's code: whatever it raises is reported
        raise ConfigError(
            f"module = {code!r} cannot be built: {reason(error)}. It is called without arguments."
        ) from error
    if not isinstance(module, nn.Module):
        raise ConfigError(
            f"module = {code!r} builds a {type(module).__name__}, not a torch.nn.Module; return the generator."
        )
    return module


def callable_of(code: str, *, field: str = "module") -> Any:
    """What `package.module:callable` names in the recipe's `field`; ConfigError where there is none."""
    package, _, name = code.partition(":")
    try:
        found = getattr(import_module(package), name, None)
    except FAILURES as error:
        raise ConfigError(f"{field} = {code!r}: importing {package} fails: {reason(error)}.") from error
    if not callable(found):
        problem = (
            f"no {name!r}" if found is None else f"{name!r}, which is a {type(found).__name__} and cannot be called"
        )
        raise ConfigError(f"{field} = {code!r}: {package} has {problem}; name the class or the function to call.")
    return found


def source_of(code: str, *, field: str = "module") -> Path:
    """The file of `package.module:callable`; ConfigError where there is none. Only its packages are imported."""
    package, colon, name = code.partition(":")
    if not colon or not name.isidentifier():
        raise ConfigError(f'{field} = {code!r} is not of the form "package.module:callable", such as "my.gan:build".')
    try:
        found = find_spec(package)
    except (ImportError, ValueError):
        found = None
    if found is None or not found.has_location or found.origin is None:
        raise ConfigError(
            f"{field} = {code!r}: Python finds no module {package!r}. Install it, or name its folder: "
            "PYTHONPATH=FOLDER atlas build."
        )
    return Path(found.origin)


def reason(error: BaseException) -> str:
    """The last line of an error: TorchScript writes what went wrong behind a trace."""
    if isinstance(error, SystemExit):
        return "it ends the program (SystemExit)"
    return next(filter(None, (line.strip() for line in reversed(str(error).splitlines()))), type(error).__name__)
