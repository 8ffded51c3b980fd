"""Records as the store keeps them: arrays by name, and the rest as plain data; and back, by the types of their fields.

A record is a frozen dataclass. Of its fields

- an array (`Array`, `Array | None`) is stored under the field's name; None is left out,
- a mapping of arrays (`Mapping[str, Array]`) is stored under `field/key`,
- another record is plain data under the field's name, its arrays under `field/…`,
- a tuple or a mapping of records likewise, their arrays under `field/place/…` or `field/key/…`,
- anything else is plain data, with tuples as lists.

A field that is stored under another name names it:

- `stored("errors/causes")`: plain data may lie deeper; a name of "" adds no level, so that keys stand alone.
- `stored(by="name")`: the arrays of a tuple of records lie under each record's own field `name` instead of its place;
  `stored(by=PLACE)`: under the place alone, without the name of the tuple.
- `stored("", only=("lrp", …))`: a mapping of arrays has no other keys; arrays beside it may share its level.
- `stored(keys="layers")`: a mapping of records that hold arrays alone; the plain data list its keys under `layers`.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, field, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np

from atlas.core.specs import Array

R = TypeVar("R")
Arrays = dict[str, Array]
Facts = dict[str, Any]
PLACE = "#"  # in place of the field that names the records of a tuple: none does


def stored(name: str | None = None, *, by: str = "", only: Iterable[str] = (), keys: str = "", **options: Any) -> Any:
    """A dataclass field that is stored under another name.

    `by` is the field that names the records of a tuple, or PLACE; `only` are the keys of a mapping of arrays;
    `keys` is where the plain data list the keys of a mapping of records.
    """
    return field(metadata={"stored": name, "by": by, "only": tuple(only), "keys": keys}, **options)


def pack(record: object) -> tuple[Arrays, Facts]:
    """The arrays of a record by name, and the rest of it as plain data."""
    arrays: Arrays = {}
    return arrays, _packed(record, "", arrays)


def unpack(kind: type[R], arrays: Mapping[str, Array], facts: Mapping[str, Any]) -> R:
    """The record of type `kind` that `pack` took apart. KeyError names what is missing."""
    return _unpacked(kind, "", arrays, facts)


# ---------------------------------------------------------------- there


def _packed(record: Any, prefix: str, arrays: Arrays) -> Facts:
    facts: Facts = {}
    for one in fields(record):
        name, value = _name(one), getattr(record, one.name)
        if one.metadata.get("keys"):
            for key, part in value.items():
                _packed(part, _join(prefix, name, key), arrays)
            continue
        plain = _plain(value, _join(prefix, name), arrays, one.metadata.get("by", ""))
        if plain is not _NOTHING:
            _put(facts, name, plain)
    return facts


_NOTHING = object()


def _plain(value: Any, path: str, arrays: Arrays, by: str = "") -> Any:
    """`value` as plain data, its arrays put away under `path`; _NOTHING where it is all arrays."""
    if isinstance(value, np.ndarray):
        arrays[path] = value
        return _NOTHING
    if isinstance(value, np.generic):
        return value.item()
    if is_dataclass(value):
        return _packed(value, path, arrays)
    if isinstance(value, Mapping):
        parts = {str(key): _plain(part, _join(path, str(key)), arrays) for key, part in value.items()}
        whole = {key: part for key, part in parts.items() if part is not _NOTHING}
        return whole if whole or not parts else _NOTHING
    if isinstance(value, tuple | list):
        names = [str(getattr(part, by)) if by not in ("", PLACE) else str(place) for place, part in enumerate(value)]
        if by:
            path = path.rpartition("/")[0]
        return [_plain(part, _join(path, name), arrays) for name, part in zip(names, value, strict=True)]
    return value


def _put(facts: Facts, name: str, value: Any) -> None:
    *outer, last = name.split("/")
    for key in outer:
        facts = facts.setdefault(key, {})
    if last:
        facts[last] = value
    else:
        facts.update(value)


# ---------------------------------------------------------------- and back


def _unpacked(kind: type[R], prefix: str, arrays: Mapping[str, Array], facts: Mapping[str, Any]) -> R:
    hints: dict[str, Any] = _hints(cast(Any, kind))
    found: dict[str, Any] = {}
    for one in fields(cast(Any, kind)):
        name, path = _name(one), _join(prefix, _name(one))
        if keys := one.metadata.get("keys"):
            part = cast(Any, get_args(hints[one.name])[1])
            found[one.name] = {key: _unpacked(part, _join(path, key), arrays, {}) for key in _get(facts, keys)}
            continue
        value = _value(hints[one.name], path, arrays, _get(facts, name), one.metadata.get("by", ""))
        if value is not _NOTHING:
            only = one.metadata.get("only", ())
            found[one.name] = {key: value[key] for key in only if key in value} if only else value
        elif one.default is MISSING and one.default_factory is MISSING:
            if not _optional(hints[one.name]):
                raise KeyError(f"{kind.__name__} has nothing under {path!r}")
            found[one.name] = None
    return kind(**found)


def _value(  # noqa: PLR0911 - one for each kind of field
    hint: Any, path: str, arrays: Mapping[str, Array], facts: Any, by: str = ""
) -> Any:
    """What a field of type `hint` holds; _NOTHING where nothing is stored."""
    hint = _bare(hint)
    if _is_array(hint):
        return arrays.get(path, _NOTHING)
    if is_dataclass(hint):
        if facts is None or (facts is _NOTHING and not _any(path, arrays)):
            return facts
        return _unpacked(cast(Any, hint), path, arrays, {} if facts is _NOTHING else facts)
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Mapping, dict) and _is_array(_bare(inner[1])):
        start = f"{path}/" if path else ""
        names = sorted(name for name in arrays if name.startswith(start))  # a file of arrays keeps no order
        return {name.removeprefix(start): arrays[name] for name in names}
    if facts is _NOTHING or facts is None:
        return facts
    if origin in (Mapping, dict):
        return {key: _value(inner[1], _join(path, key), arrays, part) for key, part in facts.items()}
    if origin is tuple:
        return _tuple(inner, path, arrays, facts, by)
    return facts


def _tuple(
    inner: tuple[Any, ...], path: str, arrays: Mapping[str, Array], facts: Iterable[Any], by: str
) -> tuple[Any, ...]:
    parts = list(facts)
    kinds = [inner[0]] * len(parts) if len(inner) == 2 and inner[1] is Ellipsis else list(inner)
    if by:
        path = path.rpartition("/")[0]
    names = [str(part[by]) if by not in ("", PLACE) else str(place) for place, part in enumerate(parts)]
    return tuple(
        _value(kind, _join(path, name), arrays, part) for kind, name, part in zip(kinds, names, parts, strict=True)
    )


def _get(facts: Mapping[str, Any], name: str) -> Any:
    found: Any = facts
    for key in filter(None, name.split("/")):
        if not isinstance(found, Mapping) or key not in found:
            return _NOTHING
        found = found[key]
    return found


# ---------------------------------------------------------------- types and names


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _bare(hint: Any) -> Any:
    """The type without None."""
    if get_origin(hint) in (Union, types.UnionType):
        [kind, *others] = [part for part in get_args(hint) if part is not type(None)]
        return Any if others else kind
    return hint


def _optional(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)


def _is_array(hint: Any) -> bool:
    return (get_origin(hint) or hint) is np.ndarray


def _any(path: str, arrays: Mapping[str, Array]) -> bool:
    return any(name.startswith(f"{path}/") for name in arrays)


def _name(one: Field[Any]) -> str:
    name = one.metadata.get("stored")
    return one.name if name is None else str(name)


def _join(*parts: str) -> str:
    return "/".join(part for part in parts if part)
