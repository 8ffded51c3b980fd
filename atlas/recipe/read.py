"""Reading a recipe: a TOML file, updated by settings of the command line, and validated."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from atlas.core.errors import ConfigError, UnknownName
from atlas.recipe.custom import each_once
from atlas.recipe.network import network_found
from atlas.recipe.paths import all_placed, placed
from atlas.recipe.probes import as_table
from atlas.recipe.recipe import Recipe, recipe_class
from atlas.weights.contents import printable
from atlas.weights.lock import read_lock

TOLD = 320  # characters of what is wrong with a recipe, which is told in one line
RECIPES = Path(__file__).parent


def read_recipe(source: str | None = None, settings: Sequence[str] = ()) -> Recipe:
    """The recipe named `source` (a packaged name or a TOML file), with `key=value` settings on top.

    Without a source: `atlas.toml` in the current folder, else the packaged `default`. A file may contain
    `extends = "default"`.

    Raises:
        ConfigError: the file cannot be read, or a field does not fit; the message names the field.
        UnknownName: there is no such recipe, field, network or layer.
    """
    path, lock = _recipe_path(source), read_lock(lock_path(source))
    data = _read_toml(path, ())
    for setting in settings:
        _set(data, setting)
    data = all_placed(data, Path())  # of the command line: what files name has its place already
    try:
        recipe = recipe_class().model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{path} does not fit: {_explained(error)}. Fields: docs/recipes.md.") from None
    each_once("networks", [network.name for network in recipe.networks])
    networks = tuple(network_found(network, path.parent, lock) for network in recipe.networks)
    sections = {name: section.found(path.parent, lock) for name, section in recipe.sections().items()}
    if not networks and not any(section.chosen() for section in sections.values()):
        raise ConfigError(
            f"{path} names no network. Add [[networks]], or networks of a chapter such as [recurrent], or begin with "
            'extends = "default".'
        )
    return recipe.model_copy(update={"networks": networks, **sections})


def lock_path(source: str | None = None) -> Path:
    """The path of `atlas.lock`: beside the recipe, for a packaged recipe in the current folder."""
    path = _recipe_path(source)
    return (Path() if path.parent == RECIPES else path.parent) / "atlas.lock"


def _recipe_path(source: str | None) -> Path:
    if source is None:
        local = Path("atlas.toml")
        return local if local.is_file() else RECIPES / "default.toml"
    packaged = {path.stem: path for path in RECIPES.glob("*.toml")}
    if source in packaged:
        return packaged[source]
    placed(source, Path())  # ConfigError for what can be no path
    if Path(source).suffix == ".toml" or Path(source).is_file():
        return Path(source)
    raise UnknownName("recipe", source, packaged)


def _read_toml(path: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    """The recipe of a file on top of what it extends; `above` are the files that extend this one."""
    try:
        data = dict(all_placed(tomllib.loads(path.read_text(encoding="utf-8-sig")), path.parent))
    except OSError as error:
        raise ConfigError(f"The recipe {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # also of numbers with thousands of digits
        raise ConfigError(f"The recipe {path} is not TOML: {printable(error, 150)}.") from error
    except RecursionError:
        raise ConfigError(
            f"The recipe {path} nests too many brackets or tables; a recipe needs three levels."
        ) from None
    base = data.pop("extends", None)
    if base is None:
        return data
    below, above = _extended(str(base), path), (*above, path.resolve())
    if below.resolve() in above:
        raise ConfigError(f"The recipe {path} extends {base!r}, which extends it in turn. Leave out one `extends`.")
    return _merged(_read_toml(below, above), data)


def _extended(name: str, path: Path) -> Path:
    """The recipe that the file `path` extends: a packaged name, else a path from its folder."""
    beside = Path(placed(name, path.parent))
    return beside if beside.suffix == ".toml" or beside.is_file() else _recipe_path(name)


def _merged(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    def value_of(key: str) -> Any:
        if key == "probes" and isinstance(top[key], dict):
            return as_table(base.get(key, {})) | top[key]
        nested = isinstance(top[key], dict) and isinstance(base.get(key), dict)
        return _merged(base[key], top[key]) if nested else top[key]

    return base | {key: value_of(key) for key in top}


def _set(data: dict[str, Any], setting: str) -> None:
    """Apply one `a.b=value`; the value is read as TOML, else as text. `networks.0.x` counts into lists."""
    dotted, equals, text = setting.partition("=")
    if not equals:
        raise ConfigError(
            f"--set {printable(setting)!r} is not of the form key=value, such as --set pictures.steps=256."
        )
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        value = text
    *outer, last = dotted.split(".")
    node: Any = data
    if outer[:1] == ["probes"]:
        data["probes"] = as_table(data.get("probes", {}))
    try:
        for name in outer:
            node = node[int(name)] if isinstance(node, list) else node.setdefault(name, {})
        node[int(last) if isinstance(node, list) else last] = value
    except (ValueError, IndexError, TypeError, AttributeError):
        raise ConfigError(f"--set {printable(setting)!r}: there is no field {printable(dotted)!r}.") from None


def _explained(error: ValidationError) -> str:
    told = "; ".join(
        f"{printable('.'.join(map(str, item['loc']))) or 'recipe'}{_given(item['input'])}: "
        + (_unknown(item["loc"]) if item["type"] == "extra_forbidden" else item["msg"])
        for item in error.errors()[:4]
    )
    return printable(told, TOLD)


def _given(value: Any) -> str:
    """A value of the recipe as it is named in an error; a table is not written out."""
    return "" if isinstance(value, Mapping) else f" = {shorten(repr(value), 80, placeholder=' …')}"


def _unknown(path: tuple[int | str, ...]) -> str:
    """The message for a field that does not exist, with a suggestion and all fields of its section."""
    section: type[BaseModel] = recipe_class()
    for name in (name for name in path[:-1] if isinstance(name, str)):
        kind = section.model_fields[name].annotation
        section = next(
            part for part in (kind, *get_args(kind)) if isinstance(part, type) and issubclass(part, BaseModel)
        )
    return str(UnknownName("field", str(path[-1]), section.model_fields)).rstrip(".")
