"""Paths of a recipe: from the recipe's folder, on the command line from the current one; `~` is the home."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from atlas.core.errors import ConfigError
from atlas.weights.contents import printable

NAME, LONGEST = 255, 3000  # bytes of a file's name and of a path
TABLES = (".csv", ".tsv", ".txt")
PATHS = frozenset(("weights", "torchscript", "vocabulary", "tokenizer_files", "weights_folder"))  # fields
# texts, not paths
FREE = frozenset(("title", "name", "summary", "licence", "attribution", "author", "url", "base_url", "split"))


def placed(text: str, folder: Path) -> str:
    """The absolute path of `text`; ConfigError for the home of a user that does not exist, or no path at all."""
    if "\0" in text or len(text.encode()) > LONGEST or any(len(part.encode()) > NAME for part in text.split("/")):
        raise ConfigError(f"The path {printable(text)!r} is none: a name has at most {NAME} bytes, and no zero byte.")
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise ConfigError(f"The path {text!r} names the home of a user that this machine does not have.") from None
    return str((folder / path).absolute())


def all_placed(value: Any, folder: Path, name: str = "") -> Any:
    """A recipe as it was written, with absolute paths in place of those that start from `folder`."""
    if name == "probes":
        return probes_placed(value, folder)
    if isinstance(value, dict):
        return {key: all_placed(one, folder, key) for key, one in value.items()}
    if isinstance(value, list):
        return [all_placed(one, folder, name) for one in value]
    is_path = name in PATHS or (name == "labels" and str(value).endswith(".txt"))
    return placed(value, folder) if is_path and isinstance(value, str) and value not in ("", "random") else value


def probes_placed(value: Any, folder: Path) -> Any:
    """The field `probes` of a recipe as it was written, with absolute paths."""
    if isinstance(value, str):
        kind, colon, path = value.partition(":")
        return f"{kind}:{placed(path, folder)}" if colon and path else value
    if isinstance(value, list):
        return [probes_placed(one, folder) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _field_placed(name, one, value, folder) for name, one in value.items()}


def _field_placed(name: str, value: Any, table: Mapping[str, Any], folder: Path) -> Any:
    if name == "source":
        return probes_placed(value, folder)
    is_path = name == "masks" and str(table.get("source", "")).startswith("imagefolder")
    is_path |= name == "label" and str(value).endswith(TABLES)
    return placed(value, folder) if is_path and isinstance(value, str) and value else value


def published(value: Any, name: str = "") -> Any:
    """Plain data of a recipe as a site may print it: of each absolute path only the last part."""
    if isinstance(value, Mapping):
        return {key: published(one, str(key)) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [published(one, name) for one in value]
    if not isinstance(value, str) or name in FREE:
        return value
    if value.startswith("/"):
        return Path(value).name
    kind, colon, path = value.partition(":")
    return f"{kind}:{Path(path).name}" if colon and path.startswith("/") and not path.startswith("//") else value
