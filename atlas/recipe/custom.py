"""Names of what a recipe brings along."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from atlas.core.errors import ConfigError


def custom_name(where: str, name: str, registered: Iterable[str]) -> None:
    """ConfigError unless `name` can be a folder of the site beside those that are `registered`."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name) or name in registered:
        raise ConfigError(
            f"{where}.name = {name!r} cannot name one of your own: it becomes a folder of the site, so it takes "
            "small letters, digits, - and _, and no registered name."
        )


def each_once(where: str, names: Sequence[str]) -> None:
    """ConfigError for a name that is there twice."""
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise ConfigError(f"{where}: {twice[0]!r} is there twice; each has a name of its own.")
