"""How the tensors of a weight file fit a network: what they are wrapped in is taken off, and it is reported.

A file of a training holds more than weights, and its keys lead through dictionaries (`state_dict`, `ema`) and wrappers
(`module.` of data parallel training, `model.` of Lightning). Both are a prefix of a dotted key, so the weights of a
network are the keys below one prefix that are exactly its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atlas.core.errors import WeightsError
from atlas.core.specs import StateDict
from atlas.weights.contents import printable

if TYPE_CHECKING:
    from torch import Tensor, nn

SHOWN = 4  # keys that a message names
DEEP = 8  # dictionaries inside one another, or wrappers, that are looked into
ONCE = 100_000_000  # values that a tensor may have although fewer are stored
COUNTER = "num_batches_tracked"  # of a batch norm: no result depends on it, and older files lack it
WRAPPERS = ("_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module.")  # torch's own, anywhere in a key
AVERAGED = ("g_ema", "state_dict_ema", "model_ema", "ema_state_dict", "ema_model", "params_ema", "ema")
CURRENT = ("state_dict", "model_state_dict", "model", "net", "network", "params", "weights", "module", "backbone")
PREFERRED = (*AVERAGED, *CURRENT)
"""Names of the weights in a training's file, the first one first: timm and StyleGAN's authors use the averaged ones."""


@dataclass(frozen=True)
class Fit:
    """The weights of a network as they were found in a file."""

    state: StateDict  # with the network's own keys
    renamed: bool = False  # whether they were published names
    prefix: str = ""  # that was taken off their keys
    left: tuple[str, ...] = ()  # what the file holds besides, by the first parts of its keys
    others: tuple[str, ...] = ()  # prefixes of weights that would fit, too

    @property
    def words(self) -> str:
        """What was matched, renamed and left out, in a line."""
        said = [f"{len(self.state)} keys matched"]
        if self.prefix:
            said.append(f"prefix {printable(self.prefix)} removed")
        if self.renamed:
            said.append("published names renamed")
        if self.others:
            said.append(f"not used: {listed(self.others)}")
        if self.left:
            said.append(f"left out: {listed(self.left)}")
        return ", ".join(said)


def listed(names: Iterable[str]) -> str:
    """The first names, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return ", ".join(printable(name) for name in every[:SHOWN]) + more


def flattened(saved: Mapping[Any, Any], prefix: str = "", above: tuple[int, ...] = ()) -> dict[str, Any]:
    """Everything in nested dictionaries by dotted keys, without the wrappers that torch puts into keys."""
    flat: dict[str, Any] = {}
    for key, value in saved.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and len(above) < DEEP and id(value) not in above:
            flat |= flattened(value, f"{name}.", (*above, id(value)))
        else:
            for wrapper in WRAPPERS:
                name = name.replace(wrapper, "")
            flat[name] = value
    return flat


def tensors(flat: Mapping[str, Any]) -> StateDict:
    """The tensors of it."""
    import torch

    return {key: value for key, value in flat.items() if isinstance(value, torch.Tensor)}


def innermost(saved: Mapping[Any, Any], place: str) -> StateDict:
    """The tensors of a file whose network is not known: those at its top, else those below the usual name.

    Where there is no usual name, all tensors by dotted keys. WeightsError for a key that is no text.
    """
    for _ in range(DEEP):
        key = next((key for key in saved if not isinstance(key, str)), None)
        if key is not None:
            raise WeightsError(f"{place} has the key {printable(key)}, which is no text; save `model.state_dict()`.")
        below = (saved.get(name) for name in PREFERRED)
        inner = next((one for one in below if isinstance(one, dict) and tensors(flattened(one))), None)
        if tensors(saved) or inner is None:
            break
        saved = inner
    return tensors(flattened(saved))


def fitted(
    module: nn.Module,
    flat: Mapping[str, Any],
    *,
    name: str,
    place: str,
    inner: str = "",
    rename: Callable[[StateDict], StateDict] = dict,
) -> Fit:
    """The weights of `module` (of the network `name`) among the contents of a file (`place`), by dotted keys.

    `rename` turns published keys into the module's; KeyError where it cannot. `inner` is the prefix to use, where
    several fit. WeightsError where none fits, or several and none is the usual one.
    """
    wanted, state = module.state_dict(), tensors(flat)
    parts = {prefix: _named(_below(state, prefix), wanted, rename) for prefix in _prefixes(state, wanted)}
    fits = [prefix for prefix, (part, _) in parts.items() if same_keys(part, wanted)]
    chosen = [prefix for prefix in fits if not inner or f".{prefix}".startswith(f".{inner}.")]
    if fits and not chosen:
        below = listed(prefix.rstrip(".") or "no prefix" for prefix in fits)
        raise WeightsError(f"{place} holds no weights of {name} below inner = {inner!r}, but below {below}.")
    if not chosen:
        known = {prefix: _each_named(part, wanted, rename) for prefix, (part, _) in parts.items()}
        best = max(known, key=lambda prefix: len(set(known[prefix]) & set(wanted)))
        raise no_fit(known[best], wanted, name, place, best)
    prefix = _first(chosen, place)
    others = tuple(other for other in fits if other != prefix)
    used = {key for key in state if key.startswith((prefix, *others))}
    left = dict.fromkeys(key.split(".")[0] for key in flat if key not in used)
    return Fit(*parts[prefix], prefix, tuple(left), tuple(other.rstrip(".") for other in others))


def _below(state: Mapping[str, Tensor], prefix: str) -> StateDict:
    return {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}


def _prefixes(state: StateDict, wanted: Mapping[str, Tensor]) -> dict[str, None]:
    """The prefixes below which all weights may be: before a wanted key, or shared by the keys of a part of the file."""
    found = {"": None}
    anchor = next((key for key in wanted if not key.endswith(COUNTER)), "")
    found |= {key.removesuffix(anchor): None for key in state if key.endswith(f".{anchor}")}
    firsts = {key.split(".")[0]: key for key in state}
    for key in firsts.values():
        parts = key.split(".")[:DEEP]
        found |= {".".join(parts[:count]) + ".": None for count in range(1, len(parts))}
    return found


def same_keys(state: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> bool:
    """Whether the keys are the same, the counters of batch norms aside."""
    one, other = ({key for key in keys if not key.endswith(COUNTER)} for keys in (state, wanted))
    return one == other and set(state) <= set(wanted)


def _named(
    state: StateDict, wanted: Mapping[str, Tensor], rename: Callable[[StateDict], StateDict]
) -> tuple[StateDict, bool]:
    """The state with the module's keys, and whether they had to be renamed; unchanged where its names are others."""
    if same_keys(state, wanted):
        return state, False
    try:
        renamed = rename(state)
    except (KeyError, IndexError, ValueError, RuntimeError):  # what a name or a shape of another network leads to
        return state, False
    return renamed, set(renamed) != set(state)


def _each_named(state: StateDict, wanted: Mapping[str, Tensor], rename: Callable[[StateDict], StateDict]) -> StateDict:
    """The state with the module's keys as far as they are known: what a message compares."""
    found: StateDict = {}
    for key, value in state.items():
        alone = {key: value}
        found |= alone if key in wanted else _named(alone, wanted, rename)[0]
    return found


def _first(prefixes: Sequence[str], place: str) -> str:
    """The usual one of several prefixes; WeightsError where none is."""

    def rank(prefix: str) -> int:
        return min((PREFERRED.index(part) for part in prefix.split(".") if part in PREFERRED), default=len(PREFERRED))

    if "" in prefixes:
        return ""
    first: str = min(prefixes, key=rank)
    same = [prefix.rstrip(".") for prefix in prefixes if rank(prefix) == rank(first)]
    if len(same) > 1:
        raise WeightsError(
            f"{place} holds the weights {len(same)} times: {listed(same)}. Name one in the recipe, such as "
            f'inner = "{printable(same[0])}".'
        )
    return first


def no_fit(state: StateDict, wanted: Mapping[str, Tensor], name: str, place: str, prefix: str = "") -> WeightsError:
    """The error that names keys which are missing and keys which are not known, without the `prefix` of all."""
    missing = [key for key in wanted if key not in state and not key.endswith(COUNTER)]
    unknown = [key for key in state if key not in wanted]
    said = [f"it lacks {len(missing)} of {len(wanted)} keys ({listed(missing)})"] if missing else []
    said += [f"{len(unknown)} unknown ({listed(unknown)})"] if unknown else []
    below = f' below the prefix "{printable(prefix)}"' if prefix else ""
    return WeightsError(f"{place} does not fit {name}{below}: {'; '.join(said)}.")


def checked(state: StateDict, wanted: Mapping[str, Tensor], name: str, place: str) -> StateDict:
    """`state` as finite float32 tensors; WeightsError for another shape, for integers in place of numbers, for NaN."""
    numbers = {key: value for key, value in state.items() if wanted[key].is_floating_point()}
    real(numbers, place)
    shapes = [
        f"{printable(key)} is {_shape(value)}, not {_shape(wanted[key])}"
        for key, value in state.items()
        if value.shape != wanted[key].shape
    ]
    if shapes:
        more = f"; {len(shapes)} shapes differ" if len(shapes) > 2 else ""
        raise WeightsError(f"{place} does not fit {name}: {'; '.join(shapes[:2])}{more}.")
    return {**state, **finite(numbers, place)}


def real(state: Mapping[str, Tensor], place: str) -> None:
    """WeightsError for a tensor (read from `place`) that holds no real numbers, by its key."""
    for key, value in state.items():
        kind = _unreal(value)
        if kind:
            raise WeightsError(
                f"{place}: {printable(key)} holds {kind}, not real numbers. Save it as float32 (dequantized, dense, "
                "with its data)."
            )


def finite(state: Mapping[str, Tensor], place: str) -> StateDict:
    """The tensors (read from `place`) as float32; WeightsError for one that holds no finite numbers, by its key."""
    import torch

    real(state, place)
    found = {key: value.float() for key, value in state.items()}
    for key, value in found.items():
        bad = value.numel() - int(torch.isfinite(value).sum())
        if bad:
            raise WeightsError(
                f"{place}: {bad:,} of {value.numel():,} values of {printable(key)} are not finite (NaN or infinite, in "
                "float32): the training diverged, or the file is damaged. Use an earlier checkpoint."
            )
    return found


def _unreal(value: Tensor) -> str:
    """What a tensor holds instead of real numbers, "" where it holds them."""
    import torch

    if value.is_nested or value.is_meta:
        return "no data (meta tensor)" if value.is_meta else "a nested tensor"
    kind = str(value.dtype).removeprefix("torch.")
    if value.layout != torch.strided:
        return f"{kind} ({value.layout})".replace("torch.", "")
    stored = value.untyped_storage().nbytes() // value.element_size()
    if value.numel() > max(stored, ONCE):
        return f"{value.numel():,} values that repeat {stored:,} stored ones"
    return "" if value.is_floating_point() else kind


def _shape(value: Tensor) -> str:
    return " × ".join(map(str, value.shape)) or "a number"
