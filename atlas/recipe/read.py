"""Reading a recipe: a TOML file, updated by settings of the command line, and validated."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from atlas.core.errors import ConfigError, UnknownName
from atlas.recipe.network import network_found
from atlas.recipe.paths import probes_placed
from atlas.recipe.probes import as_table
from atlas.recipe.recipe import Recipe, recipe_class
from atlas.weights.lock import read_lock

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
    data = _read_toml(path)
    for setting in settings:
        _set(data, setting)
    if "probes" in data:  # of the command line: what files name has its place already
        data["probes"] = probes_placed(data["probes"], Path())
    try:
        recipe = recipe_class().model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{path} does not fit: {_explained(error)}. Fields: docs/recipes.md.") from None
    networks = tuple(network_found(network, path.parent, lock) for network in recipe.networks)
    for network in networks:
        network.with_icons()  # reads all patterns, so that an unknown layer is reported before anything runs
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
    if Path(source).suffix == ".toml" or Path(source).is_file():
        return Path(source)
    raise UnknownName("recipe", source, packaged)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"The recipe {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The recipe {path} is not TOML: {error}.") from error
    if "probes" in data:
        data["probes"] = probes_placed(data["probes"], path.parent)
    base = data.pop("extends", None)
    return data if base is None else _merged(_read_toml(_recipe_path(str(base))), data)


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
        raise ConfigError(f"--set {setting!r} is not of the form key=value, such as --set pictures.steps=256.")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
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
        raise ConfigError(f"--set {setting!r}: there is no field {dotted!r}.") from None


def _explained(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, item['loc'])) or 'recipe'} = {item['input']!r}: "
        + (_unknown(item["loc"]) if item["type"] == "extra_forbidden" else item["msg"])
        for item in error.errors()[:4]
    )


def _unknown(path: tuple[int | str, ...]) -> str:
    """The message for a field that does not exist, with a suggestion and all fields of its section."""
    section: type[BaseModel] = recipe_class()
    for name in (name for name in path[:-1] if isinstance(name, str)):
        kind = section.model_fields[name].annotation
        section = next(
            part for part in (kind, *get_args(kind)) if isinstance(part, type) and issubclass(part, BaseModel)
        )
    return str(UnknownName("field", str(path[-1]), section.model_fields)).rstrip(".")
