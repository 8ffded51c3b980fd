"""The one family of exceptions. A message names the value, where it is, and the way out."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from textwrap import shorten

SHOWN = 80  # characters of a name that a message repeats
ROOM = 220  # characters of a list in a message, which is to be one line


class AtlasError(Exception):
    """A mistake that the user can correct; the command line prints it without a traceback."""


class UnknownName(AtlasError):
    """A name that is not registered; the message lists the registered ones and suggests the nearest."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        close = get_close_matches(name, names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        given = repr(name if len(name) <= SHOWN else f"{name[:SHOWN]}…")
        shown = shorten(", ".join(names), ROOM, placeholder=f" … ({len(names)} in all)")
        super().__init__(f"There is no {kind} named {given}.{hint} Known: {shown or 'none'}.")


class ConfigError(AtlasError):
    """An invalid recipe or option."""


class WeightsError(AtlasError):
    """A weight file that is missing, corrupt, unsafe or not the pinned one."""


class MissingWeights(WeightsError):
    """A published weight file that is not on this machine.

    The fields name the file, the command to get it and the places.
    """

    def __init__(self, what: str, command: str, looked: tuple[str, ...], reason: str) -> None:
        self.what, self.command, self.looked, self.reason = what, command, looked, reason
        super().__init__(
            f"The weights {what} are not on this machine, and {reason}. Looked in: {', '.join(looked)}. "
            f"Where there is internet, run `{command}`, bring the folder here and set ATLAS_WEIGHTS=weights."
        )


class ProbeError(AtlasError):
    """A probe set that cannot be read at all (single bad images are skipped and counted)."""


class StoreError(AtlasError):
    """A store entry that is corrupt, or a disk that refuses it."""
