"""Checks of the names of custom networks in a recipe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from atlas.core.errors import ConfigError


def custom_name(where: str, name: str, registered: Iterable[str]) -> None:
    """Raise ConfigError unless `name` can be a folder of the site beside the `registered` ones."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name) or name in registered:
        raise ConfigError(
            f"{where}.name = {name[:80]!r} cannot name a custom network: it becomes a folder of the site, so it takes "
            "at most 64 lower-case letters, digits, - and _, and must not be a registered name."
        )


def each_once(where: str, names: Sequence[str]) -> None:
    """Raise ConfigError for a name that occurs twice."""
    twice = [name for index, name in enumerate(names) if name in names[:index]]
    if twice:
        raise ConfigError(f"{where}: {twice[0]!r} occurs twice; each needs a name of its own.")
